/** `1 frame`, `2 frames` */
export const plural = (count: number, one: string): string => `${count} ${one}${count === 1 ? "" : "s"}`;
