/** The own drafts while they are reviewed: read again at news, discarded, sent. */
import { type Signal, signal } from "@preact/signals";
import type { Review } from "../../app/review_shapes.ts";
import type { LiveMessage } from "../../domain/event.ts";
import { call, discardDrafts, query, Refusal } from "../api.ts";
import { followCommit, saveAndSync } from "../commit.ts";
import type { Workplace } from "../field.ts";
import { plural } from "../format.ts";
import { liveOf } from "../live.ts";
import { toast } from "../toasts.tsx";

/** A snapshot too: drafts may have been saved elsewhere since the server read them for the page. */
const NEWS: ReadonlySet<LiveMessage["type"]> = new Set(["SNAPSHOT", "DRAFT_SAVED", "SYNC_QUEUED"]);

export class Reviewing {
  readonly review: Signal<Review>;
  readonly busy: Signal<boolean> = signal(false);
  readonly reason: Signal<string> = signal("");
  readonly #workplace: Workplace;
  #asked = 0;

  constructor(workplace: Workplace, review: Review) {
    this.#workplace = workplace;
    this.review = signal(review);
  }

  /** Returns the way to stop. */
  readonly follow = (): () => void =>
    liveOf(this.#workplace.organizationId).listen(({ type }) => {
      if (NEWS.has(type)) void this.refresh();
    });

  readonly refresh = async (): Promise<void> => {
    const question = ++this.#asked;
    const { organizationId } = this.#workplace;
    try {
      const review = await call<Review>(`/api/pfa-data/drafts?${query({ organizationId })}`);
      if (question === this.#asked) this.review.value = review;
    } catch (error) {
      // Unreachable: what is shown stays until the next message.
      if (!(error instanceof Refusal)) throw error;
    }
  };

  /** Sends all of them. */
  readonly send = async (): Promise<void> => {
    const { organizationId } = this.#workplace;
    const ids = this.review.peek().groups.flatMap(({ modificationIds }) => modificationIds);
    if (ids.length === 0 || this.busy.peek()) return;
    this.busy.value = true;
    const forget = followCommit(liveOf(organizationId), ids);
    const committed = await saveAndSync(organizationId, undefined, this.reason.peek().trim());
    if (committed === undefined) forget();
    else {
      this.reason.value = "";
      await this.refresh();
    }
    this.busy.value = false;
  };

  /** @param what they are, in words: `The draft of PFA-1` */
  async discard(modificationIds: ReadonlyArray<string>, what: string): Promise<void> {
    try {
      const { discarded } = await discardDrafts(this.#workplace.organizationId, modificationIds);
      toast(
        "info",
        discarded === 1 ? `${what} was discarded` : `${plural(discarded, "draft")} discarded`,
      );
      await this.refresh();
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      toast("bad", `${what} could not be discarded: ${error.message}`);
    }
  }
}
