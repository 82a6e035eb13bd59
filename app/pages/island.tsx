/** An island in a page: the component's HTML, with its name and props for the loader to wake it. */
import type { ComponentType } from "preact";

interface IslandProps<Props> {
  readonly name: string;
  readonly component: ComponentType<Props>;
  /** Plain JSON: it travels in an attribute. */
  readonly props: Props;
}

export function Island<Props extends object>({ name, component, props }: IslandProps<Props>) {
  const Component = component as ComponentType<object>;
  return (
    <div class={`island island-${name}`} data-island={name} data-props={JSON.stringify(props)}>
      <Component {...props} />
    </div>
  );
}
