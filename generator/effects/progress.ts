/** A long step that is under way; `advance` by units of the step's total. */
export type ProgressStep = { advance(units: number, label?: string): void; done(): void };

/** Where long steps report to. `unit` says what is counted: bytes, or things that `step` names. */
export type Progress = {
  step(name: string, total?: number, unit?: 'bytes' | 'count'): ProgressStep;
};

/** Reports nothing. */
export const silent: Progress = { step: () => ({ advance() {}, done() {} }) };
