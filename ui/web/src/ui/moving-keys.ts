import { useRef } from "react";

interface MovingKeys {
  keys: readonly number[];
  move: (from: number, to: number) => void;
  remove: (place: number) => void;
}

/** Keys of rows that have no name of their own: each stays with its row when others are added behind it, and when rows are moved or taken away. */
export function useMovingKeys(count: number): MovingKeys {
  const known = useRef<{ keys: number[]; next: number }>({ keys: [], next: 0 }).current;
  while (known.keys.length < count) known.keys.push(known.next++);
  known.keys.length = count;
  return {
    keys: known.keys,
    move: (from, to) => {
      known.keys.splice(to, 0, ...known.keys.splice(from, 1));
    },
    remove: (place) => {
      known.keys.splice(place, 1);
    },
  };
}
