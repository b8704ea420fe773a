export const DOCUMENT: string;
export const SCHEMA: string;
export function generate(): Promise<string>;
