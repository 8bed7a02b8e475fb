/** A long step in progress; `advance` in units of the step's total. */
export type ProgressStep = { advance(units: number, label?: string): void; done(): void };

/** The receiver of progress reports. `unit`: bytes, or the things that the step's name says. */
export type Progress = {
  step(name: string, total?: number, unit?: 'bytes' | 'count'): ProgressStep;
};

/** Reports nothing. */
export const silent: Progress = { step: () => ({ advance() {}, done() {} }) };
