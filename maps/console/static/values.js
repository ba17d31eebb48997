// What a file knows of one cell: value, class and parts, with the digits that were printed.
import { CLASS_KEYS } from "./classes.js";

export function valueOf(columns, cell) {
  const decimals = columns.decimals[cell];
  if (decimals < 0) return {};
  const unit = 10 ** decimals;
  const [reference, ...parts] = columns.parts.map((part) => part[cell] / unit);
  const chance = columns.probability ? columns.probability[cell] : 255;
  return {
    value: columns.digits[cell] / unit,
    decimals,
    class: CLASS_KEYS[columns.classes[cell]],
    class_probability: chance === 255 ? null : chance / 200,
    reference: reference ?? null,
    contributions: columns.factors.map((factor, index) => ({ ...factor, value: parts[index] })),
  };
}
