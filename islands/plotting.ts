/** What every plot needs: colours of the style sheet for a canvas, and following the width and the theme. */
import uPlot from "uplot";

/** A colour of the style sheet as it is now, by the class `ink-<name>`: a canvas knows no `light-dark()`. */
export function inkOf(place: Element, name: string): () => string {
  return () => {
    const probe = document.createElement("i");
    probe.className = `ink-${name}`;
    place.append(probe);
    const { color } = getComputedStyle(probe);
    probe.remove();
    return color;
  };
}

export interface Kept {
  /** The plot as it is now: another theme needs another one, since its legend keeps the colours it was made with. */
  readonly plot: () => uPlot;
  readonly stop: () => void;
}

/** Makes the plot in the element, gives it the element's width, and makes it again when the theme changes. */
export function keepPlot(place: HTMLElement, make: () => uPlot): Kept {
  let plot = make();
  const sized = new ResizeObserver(() => {
    if (place.clientWidth > 0) plot.setSize({ width: place.clientWidth, height: plot.height });
  });
  sized.observe(place);
  const redraw = () => {
    plot.destroy();
    plot = make();
  };
  const dark = matchMedia("(prefers-color-scheme: dark)");
  dark.addEventListener("change", redraw);
  const themed = new MutationObserver(redraw);
  themed.observe(document.documentElement, { attributeFilter: ["data-theme"] });
  return {
    plot: () => plot,
    stop: () => {
      sized.disconnect();
      themed.disconnect();
      dark.removeEventListener("change", redraw);
      plot.destroy();
    },
  };
}
