/** Every attempt of one write, the latest first: where it stands is what a reader asks. */
import { Icon } from "../icons.tsx";
import { Moment } from "../moment.tsx";
import { type Attempt, attemptWords } from "./job.ts";
import { iconOf } from "./story.tsx";

interface AttemptsProps {
  readonly attempts: ReadonlyArray<Attempt>;
  /** Where nothing else names the list. */
  readonly label?: string;
}

export const Attempts = ({ attempts, label }: AttemptsProps) => (
  <ol class="story" reversed aria-label={label}>
    {attempts.toReversed().map((attempt) => (
      <li key={attempt.sentAt}>
        <Icon name={iconOf(attempt)} />
        <span>
          Attempt {attempt.nth}: {attemptWords(attempt)}
          <Moment at={attempt.sentAt} />
        </span>
      </li>
    ))}
  </ol>
);
