export function startVisit() {}
