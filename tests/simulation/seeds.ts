/** Seeds that once failed: each is played again at every run, whatever else is. */

export interface Remembered {
  readonly seed: number;
  /** What went wrong, and what was done about it. */
  readonly story: string;
}

export const REMEMBERED: ReadonlyArray<Remembered> = [];
