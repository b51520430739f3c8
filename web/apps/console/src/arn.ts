/** Names of things: an id in addresses of pages, an ARN in the API. */
export const idOf = (arn: string | undefined): string => arn?.split('/').at(-1) ?? '';
export const withId = (arn: string, id: string): string =>
  `${arn.slice(0, arn.lastIndexOf('/'))}/${id}`;
