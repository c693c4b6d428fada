/**
 * In which order some parties are asked at a turn, by their numbers from 0. Over `count` turns each has each place once;
 * over twice as many each comes as often right after each other, too (a Williams design).
 */
export function turnOrder(count: number, turn: number): readonly number[] {
  // 0, 1, last, 2, last but one, ...: no two neighbours are equally far apart.
  const order = Array.from({ length: count }, (_, place) => {
    const number = place % 2 === 1 ? (place + 1) / 2 : count - place / 2;
    return (number + turn) % count;
  });
  // An odd number of parties needs the same orders backwards.
  return count % 2 === 1 && Math.floor(turn / count) % 2 === 1 ? order.reverse() : order;
}
