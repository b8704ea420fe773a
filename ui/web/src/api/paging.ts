// Lists come in pages behind an opaque cursor; the UI reads on as the person scrolls.

export const PAGE_SIZE = 100;

interface Paged {
  next_cursor?: string | null;
}

/** The parts of an infinite query that are the same for every list. */
export const paging = {
  initialPageParam: undefined as string | undefined,
  getNextPageParam: (page: Paged): string | undefined => page.next_cursor ?? undefined,
};
