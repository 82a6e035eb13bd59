/** An explicit-state model checker: every state that any order of moves leads to, breadth first, with the way to what is wrong. */

export interface Move<S> {
  /** What happened, for people. */
  readonly told: string;
  readonly to: S;
  /** The invariant this very move breaks. */
  readonly broken?: string | undefined;
}

export interface Model<S> {
  readonly initial: S;
  /** Every move that is possible in the state. */
  readonly moves: (state: S) => ReadonlyArray<Move<S>>;
  /** The invariant the state breaks. */
  readonly broken: (state: S) => string | undefined;
  /** Whether all that had to be done is done. */
  readonly ended: (state: S) => boolean;
  /** Equal for states that are the same. */
  readonly keyOf: (state: S) => string;
}

export interface Violation {
  readonly invariant: string;
  /** The shortest way there. */
  readonly path: ReadonlyArray<string>;
}

export interface Report {
  readonly states: number;
  readonly moves: number;
  readonly ended: number;
  readonly violation: Violation | undefined;
}

/** From every state an end must be reachable. */
export const PROGRESS = "from every state an end is reachable";

/**
 * Explores all states, up to the first violation.
 * @param most more states than this are an error: the model is too big
 */
export function explore<S>(model: Model<S>, most: number): Report {
  const numbers = new Map<string, number>([[model.keyOf(model.initial), 0]]);
  const states: S[] = [model.initial];
  const parents = new Ints();
  const edges = new Ints();
  parents.push(-1);
  let moves = 0;
  const report = (violation: Violation | undefined): Report => ({
    states: states.length,
    moves,
    ended: states.reduce((count, state) => count + Number(model.ended(state)), 0),
    violation,
  });
  const wayTo = (nth: number): string[] => {
    const way: string[] = [];
    for (let at = nth; at > 0; at = parents.at(at)) {
      const key = model.keyOf(states[at]!);
      const move = model.moves(states[parents.at(at)]!).find(({ to }) => model.keyOf(to) === key);
      way.unshift(move!.told);
    }
    return way;
  };
  for (let at = 0; at < states.length; at++) {
    const broken = model.broken(states[at]!);
    if (broken !== undefined) return report({ invariant: broken, path: wayTo(at) });
    for (const move of model.moves(states[at]!)) {
      moves++;
      if (move.broken !== undefined) {
        return report({ invariant: move.broken, path: [...wayTo(at), move.told] });
      }
      const key = model.keyOf(move.to);
      let nth = numbers.get(key);
      if (nth === undefined) {
        nth = states.length;
        if (nth >= most) throw new Error(`Cannot explore more than ${most} states`);
        numbers.set(key, nth);
        states.push(move.to);
        parents.push(at);
      }
      edges.push(at);
      edges.push(nth);
    }
  }
  const stuck = firstStuck(states.map(model.ended), edges);
  return report(stuck < 0 ? undefined : { invariant: PROGRESS, path: wayTo(stuck) });
}

/** The first state from which no end can be reached; -1 when there is none. */
function firstStuck(ended: ReadonlyArray<boolean>, edges: Ints): number {
  // The moves into each state, as ranges of one array.
  const starts = new Int32Array(ended.length + 1);
  for (let at = 1; at < edges.length; at += 2) starts[edges.at(at) + 1]!++;
  for (let nth = 0; nth < ended.length; nth++) starts[nth + 1]! += starts[nth]!;
  const into = new Int32Array(edges.length / 2);
  const next = starts.slice();
  for (let at = 0; at < edges.length; at += 2) into[next[edges.at(at + 1)]!++] = edges.at(at);
  const reached = Uint8Array.from(ended, Number);
  const open: number[] = ended.flatMap((end, nth) => end ? [nth] : []);
  for (let to = open.pop(); to !== undefined; to = open.pop()) {
    for (let at = starts[to]!; at < starts[to + 1]!; at++) {
      const from = into[at]!;
      if (reached[from] === 1) continue;
      reached[from] = 1;
      open.push(from);
    }
  }
  return reached.indexOf(0);
}

/** Integers without end, four bytes each. */
class Ints {
  #ints = new Int32Array(1024);
  length = 0;

  push(value: number): void {
    if (this.length === this.#ints.length) {
      const longer = new Int32Array(this.length * 2);
      longer.set(this.#ints);
      this.#ints = longer;
    }
    this.#ints[this.length++] = value;
  }

  at(nth: number): number {
    return this.#ints[nth]!;
  }
}

/** Plain values by content: equal ones become one object with one number. */
export class Interned {
  #byText = new Map<string, object>();
  #numbers = new WeakMap<object, number>();

  /** The one object of this content. */
  readonly one = <T extends object>(value: T): T => {
    if (this.#numbers.has(value)) return value;
    const text = JSON.stringify(value);
    const known = this.#byText.get(text);
    if (known !== undefined) return known as T;
    this.#byText.set(text, value);
    this.#numbers.set(value, this.#byText.size);
    return value;
  };

  /** The one list of these. */
  readonly list = <T extends object>(values: ReadonlyArray<T>): ReadonlyArray<T> => {
    if (this.#numbers.has(values)) return values;
    const ones = values.map(this.one);
    let text = "";
    for (const one of ones) text += this.numberOf(one) + ",";
    const known = this.#byText.get(text);
    if (known !== undefined) return known as ReadonlyArray<T>;
    this.#byText.set(text, ones);
    this.#numbers.set(ones, this.#byText.size);
    return ones;
  };

  /** The number of an object that `one` or `list` returned. */
  numberOf(value: object): number {
    return this.#numbers.get(value)!;
  }
}
