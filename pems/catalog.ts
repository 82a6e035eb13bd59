/** The equipment market the generator draws from: real classes, makers and models, with what they cost. */

export interface EquipmentClass {
  readonly category: string;
  readonly class: string;
  readonly forecastCategory: string;
  /** What asset tags of the class start with. */
  readonly tag: string;
  /** Maker, model, and its size against the smallest of the class; rate and price grow with it. */
  readonly models: ReadonlyArray<readonly [maker: string, model: string, size: number]>;
  /** USD a month for size 1. */
  readonly rate: number;
  /** USD for size 1. */
  readonly price: number;
  /** Months on site, from and to. */
  readonly months: readonly [number, number];
  /** How often it is bought and not rented, in percent. */
  readonly bought: number;
  /** How common it is on a site, against the others. */
  readonly share: number;
  readonly tasks: ReadonlyArray<string>;
}

// One block per category: its name, its forecast category and its tasks; then one line per class: its name, tag, rate,
// price, months on site, percent bought, share, and its models as `Maker: model x size, ...; Maker: ...`.
const TABLE = `
Cranes | Heavy Lift | vessel and column lifts; pipe rack module setting; exchanger bundle pulls; structural steel erection; reactor head removal
Crawler Crane | CRC | 46000 | 2450000 | 4-18 | 2 | 4 | Liebherr: LR 1300 x1.3, LR 1600/2 x2.6, LR 1110 x1; Manitowoc: 16000 x1.9, MLC300 x1.5, 999 x1.1; Kobelco: CK2750G-2 x1.1; Sany: SCC3200A x1.3
Rough Terrain Crane | RTC | 13800 | 545000 | 2-14 | 4 | 8 | Grove: RT770E x1, GRT8100 x1.35, GRT880 x1.2; Tadano: GR-1000XL-4 x1.4, GR-800XL-4 x1.2; Link-Belt: RTC-8090 x1.15; Terex: RT 90 x1.1
All Terrain Crane | ATC | 31500 | 1680000 | 1-9 | 1 | 4 | Grove: GMK5250L x1.5, GMK4100L-1 x1, GMK6300L x1.9; Liebherr: LTM 1230-5.1 x1.4, LTM 1300-6.2 x1.8; Tadano: AC 4.100L-1 x1
Carry Deck Crane | CDC | 4900 | 182000 | 2-15 | 8 | 5 | Broderson: IC-80 x1, IC-200 x1.5; Grove: YB5515 x1.2, YB7725 x1.6; Shuttlelift: CD5520 x1.3
Boom Truck | BMT | 9200 | 410000 | 1-10 | 5 | 3 | National Crane: NBT50L x1.1, NBT40-2 x1; Manitex: 50155S x1.2; Elliott: 40142 x1

Aerial Lifts | Access | pipe rack access; insulation and painting; instrument installation; overhead cable pulls
Articulating Boom Lift | ABL | 3400 | 118000 | 1-12 | 4 | 10 | JLG: 600AJ x1.05, 800AJ x1.5, 1250AJP x3.1; Genie: Z-60/37 FE x1.1, Z-80/60 x1.5, Z-135/70 x3.2; Haulotte: HA20 RTJ x1
Telescopic Boom Lift | TBL | 3650 | 132000 | 1-12 | 4 | 10 | JLG: 660SJ x1, 860SJ x1.45, 1350SJP x3.3; Genie: S-65 XC x1, S-85 x1.4, SX-180 x4.6; Skyjack: SJ86T x1.4
Scissor Lift | SCL | 1050 | 31000 | 1-14 | 10 | 8 | Genie: GS-3232 x1, GS-4069 RT x1.9; JLG: 3246ES x1, 4069LE x1.7; Skyjack: SJIII 4632 x1.1, SJ6832RTE x1.4

Material Handling | Site Logistics | laydown yard handling; warehouse receiving; pipe spool distribution; tool crib support
Telehandler | TLH | 4100 | 158000 | 2-18 | 12 | 12 | JLG: 1055 x1.1, 1255 x1.25, 1644 x1.6; Genie: GTH-1056 x1.1, GTH-844 x1; Caterpillar: TL1055D x1.15, TL642D x1; Skytrak: 10054 x1.1; Manitou: MT-X 1840 x1.2
Industrial Forklift | FKL | 2300 | 64000 | 3-18 | 18 | 8 | Toyota: 8FGU25 x1, 8FD70U x2.1; Hyster: H80FT x1.2, H190HD2 x2.4; Caterpillar: DP70N1 x2; Taylor: X-280M x3.1
Air Tugger | TUG | 640 | 14500 | 1-8 | 20 | 3 | Ingersoll Rand: FA2.5A x1.2, BU7A x1; Thern: TA5 x1.3

Power Generation | Temporary Power | field office complex; turnaround blackout support; welding grid; camp and mess hall; commissioning load
Diesel Generator | GEN | 3100 | 74000 | 1-16 | 15 | 10 | Caterpillar: XQ125 x1, XQ230 x1.7, XQ500 x3.2, XQ1140 x6.4; Atlas Copco: QAS 150 x1.1, QAS 330 x2.2; Multiquip: DCA150SSJU4F x1.1; Doosan: G240 x1.7; Cummins: C500D6R x3.1
Load Bank | LDB | 2700 | 58000 | 1-4 | 3 | 1 | Avtron: LPH800 x1.2, LPH400 x1; Simplex: Trailblazer 500 x1.1
Distribution Panel | DSP | 780 | 16500 | 2-16 | 25 | 4 | Ericson: 1070-PD400 x1; CEP: 6506-GU x1; Lex: PowerRAK 800 x1.6
Light Tower | LTT | 820 | 14200 | 1-16 | 15 | 10 | Allmand: Night-Lite V-Series x1, Maxi-Lite II x1.2; Generac: MLT6SM x1; Atlas Copco: HiLight V5+ x1.1; Wacker Neuson: LTV6L x1; Terex: RL4 x1

Compressed Air | Temporary Utilities | abrasive blasting; instrument air backup; pneumatic testing; line blowing and drying
Air Compressor | CMP | 1450 | 34000 | 1-14 | 12 | 8 | Atlas Copco: XAS 185 x1, XAS 375 x1.8, XATS 900 x3.6, PTS 1600 x6.5; Sullair: 185 Series x1, 375H x1.8, 1600HAF x6.1; Doosan: P185 x1, XP825 x3.3; Ingersoll Rand: P1600WCU x5.9
Desiccant Air Dryer | ADR | 1900 | 41000 | 1-9 | 6 | 2 | Van Air: DHL-1600 x1.5; Sullair: DSR-900 x1; Zeks: 1200HPS x1.3

Welding | Pipe Fabrication | alloy pipe field welds; tank floor replacement; structural fabrication; tie-in spools; post-weld heat treatment
Welding Machine | WLD | 720 | 21000 | 2-18 | 20 | 12 | Miller: Big Blue 400 Pro x1, Big Blue 600 Pro x1.5, Big Blue 800 Duo Pro x1.9, Trailblazer 325 x0.8; Lincoln Electric: Vantage 400 x1, SAE-300 HE x1.1, Air Vantage 600 x1.8
Multi-Operator Welding Rack | MWR | 1650 | 48000 | 2-14 | 12 | 4 | Miller: Dimension 652 4-Pack x1, XMT 350 8-Pack x1.7; Lincoln Electric: Flextec 350X 6-Pack x1.4
Heat Treatment Console | HTC | 2900 | 67000 | 1-6 | 8 | 2 | Superheat: SmartWay 12 x1.3; Stork: Cooperheat 6-Way x1; Miller: ProHeat 35 x1

Pumps | Temporary Utilities | tank cleaning and draining; hydrotest campaign; cooling water outage; exchanger cleaning pad
Dewatering Pump | PMP | 2050 | 49000 | 1-11 | 12 | 6 | Godwin: CD103M x1, CD150M x1.4, CD225M x2, HL150M x2.2; Gorman-Rupp: T6A60S-B x1.4; Thompson: 6JSCE x1.5; Pioneer: PP66S12 x1.6
Hydrotest Pump | HTP | 1350 | 28000 | 1-6 | 15 | 3 | Hughes: HD15000 x1.2; Haskel: AW-150 x1; NLB: 10125D x2.4
Hydro Blaster | HYB | 6800 | 192000 | 1-5 | 4 | 3 | NLB: 20300D x1.4, 10305D x1; Jetstream: 4220 x1.2; StoneAge: AutoBox ABX-3L x0.8

Trucks | Site Logistics | craft transport; fuel and lube service; dust control; material haul between gates
Pickup Truck | PKT | 1550 | 58000 | 6-18 | 22 | 10 | Ford: F-250 XL Crew x1, F-150 XLT x0.9; Ram: 2500 Tradesman x1; Chevrolet: Silverado 2500HD x1
Flatbed Truck | FBT | 3300 | 112000 | 4-18 | 10 | 4 | Freightliner: M2 106 x1; International: MV607 x1; Peterbilt: 348 x1.3
Water Truck | WTR | 4700 | 138000 | 4-18 | 8 | 3 | Freightliner: 114SD 4000 gal x1.1; Kenworth: T370 2000 gal x0.9; Caterpillar: 730C2 WT x2.4
Vacuum Truck | VAC | 11800 | 465000 | 1-10 | 3 | 3 | Guzzler: CL Vacuum Loader x1.1; Vactor: HXX HydroExcavator x1.2; Cusco: Turbovac 3300 x1
Fuel and Lube Truck | FLT | 5400 | 205000 | 4-18 | 6 | 2 | Freightliner: 114SD Lube x1; Peterbilt: 348 Lube x1.1

Earthmoving | Civil Works | foundation excavation; underground piping trenches; road and pad grading; backfill and compaction
Hydraulic Excavator | EXC | 8600 | 265000 | 2-14 | 8 | 6 | Caterpillar: 320 x1, 336 x1.5, 349 x2.1; Komatsu: PC210LC-11 x1, PC360LC-11 x1.5; John Deere: 350G LC x1.4; Volvo: EC220E x1
Backhoe Loader | BHL | 3500 | 124000 | 2-16 | 12 | 5 | Caterpillar: 420 XE x1, 450 x1.2; John Deere: 310SL x1; Case: 580SN x1
Wheel Loader | WHL | 6200 | 232000 | 2-14 | 10 | 3 | Caterpillar: 938 x1, 950 GC x1.25; Volvo: L90H x1.1; Komatsu: WA320-8 x1.05
Skid Steer Loader | SKS | 2250 | 62000 | 1-14 | 15 | 4 | Bobcat: S76 x1.05, T770 x1.3; Caterpillar: 262D3 x1.05; John Deere: 324G x1
Motor Grader | MGR | 7900 | 365000 | 2-10 | 5 | 2 | Caterpillar: 120 x1, 140 x1.25; John Deere: 672G x1.2
Vibratory Roller | VBR | 3900 | 148000 | 1-10 | 8 | 3 | Caterpillar: CS56B x1, CB10 x0.9; Bomag: BW 211 D-5 x1; Dynapac: CA2500D x1

Scaffolding | Access | furnace and heater box; column and reactor access; stack and flare access; module assembly
System Scaffold | SCF | 8200 | 96000 | 1-16 | 12 | 7 | Layher: Allround 500 m3 x1, Allround 1200 m3 x2.1; BrandSafway: QuikDeck x1.6, Systems Scaffold x1.1; PERI: UP Flex x1.3; Harsco: Cuplok x1
Mast Climber | MST | 5600 | 142000 | 2-9 | 3 | 2 | Fraco: ACT-8 x1.1; Alimak: MC 650 x1; Hydro Mobile: P Series x1.2
Construction Hoist | HST | 11200 | 318000 | 6-18 | 4 | 2 | Alimak: Scando 650 FC-S x1.2; Champion: USB 60 x1; Stros: NOV 2032 x1

Climate Control | Temporary Utilities | vessel entry ventilation; coating cure; winter freeze protection; electrical building cooling
Indirect Fired Heater | HTR | 1750 | 27500 | 1-6 | 12 | 4 | Allmand: Maxi-Heat 1M x1.5; Frost Fighter: IDF350-II x1; Wacker Neuson: HI400 HD x1
Portable Chiller | CHL | 6900 | 138000 | 2-9 | 4 | 2 | Carrier: 30RAP060 x1; Trane: CGAM 100 x1.5; Aggreko: 200 TR x2.3
Dehumidifier | DHM | 3200 | 72000 | 1-7 | 5 | 2 | Munters: HC-4500 x1.2; Bry-Air: VFB-75 x1.4; Polygon: DH-2250 x1
Ventilation Blower | VNT | 560 | 9200 | 1-8 | 25 | 4 | Coppus: Vano 250 x1, RF-24 x1.7; Euramco: RamFan EFi150 x0.9; Texas Pneumatic: TX-AM12 x0.9

Site Facilities | Temporary Facilities | owner's team; turnaround command post; craft break area; safety and permit desk
Office Trailer | OFT | 1900 | 72000 | 8-18 | 15 | 6 | Williams Scotsman: FLEX 12x56 x1.1, 24x60 Double x1.8; Mobile Modular: 10x44 x0.9
Blast Resistant Module | BRM | 5200 | 165000 | 8-18 | 12 | 4 | RedGuard: LeaseFleet 12x40 x1.1, SafetySuite x1.5; Hunter: SafeRoom 8x20 x0.9
Tool Crib Container | TCC | 480 | 12800 | 6-18 | 35 | 4 | Conex: 40HC Shelved x1.1; Mobile Mini: 20 ft Secure x0.9; Knaack: Monster 119 x0.8
`;

export const CATALOG: ReadonlyArray<EquipmentClass> = TABLE.trim().split("\n\n").flatMap(
  (block) => {
    const [heading = "", ...lines] = block.split("\n");
    const [category = "", forecastCategory = "", tasks = ""] = heading.split(" | ");
    return lines.map((line) => ({
      category,
      forecastCategory,
      tasks: tasks.split("; "),
      ...readClass(line),
    }));
  },
);

function readClass(line: string) {
  const [name = "", tag = "", rate, price, months = "", bought, share, models = ""] = line.split(
    " | ",
  );
  const [least = "", most = ""] = months.split("-");
  return {
    class: name,
    tag,
    rate: Number(rate),
    price: Number(price),
    months: [Number(least), Number(most)] as const,
    bought: Number(bought),
    share: Number(share),
    models: models.split("; ").flatMap(readMaker),
  };
}

function readMaker(text: string): EquipmentClass["models"] {
  const [maker = "", models = ""] = text.split(": ");
  return models.split(", ").map((entry) => {
    const [, model = "", size] = /^(.*) x([\d.]+)$/.exec(entry) ?? [];
    return [maker, model, Number(size)] as const;
  });
}
