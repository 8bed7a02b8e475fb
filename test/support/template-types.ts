import ts from 'typescript';
import type { PlanData } from '../../generator/model/plan.ts';
import { isSecretRef } from '../../generator/model/secret.ts';
import { type Templates, templateFunctions } from '../../generator/text/template.ts';

/** Template -> the views that plans give it. */
export type Views = ReadonlyMap<string, readonly PlanData[]>;

const INCLUDE = /\binclude\('([^']+)'\)/g;
const TAG = /<%([-=#_%]?)([\s\S]*?)[-_]?%>/g;

/**
 * TypeScript's errors for every template with the type of its views, as `name:line: message`; also in loops and branches
 * that no view enters. A template is converted to code: its text is removed, `<%= x %>` becomes `print(x)`.
 */
export function checkTemplates(templates: Templates, views: Views): string[] {
  const all = withIncluded(templates, views);
  const sources = [...all].map(([name, samples]): [string, string] => [
    `/${name}.ts`,
    `${declarations(samples)} ${toCode(templates.get(name) ?? '')}\nexport {};\n`,
  ]);
  const program = createProgram(new Map(sources));
  return ts.getPreEmitDiagnostics(program).map(describe).sort();
}

/** The templates that a text includes. */
export function includedIn(text: string): string[] {
  return [...text.matchAll(INCLUDE)].map(([, name = '']) => name);
}

/** An included template sees the views of all that include it. */
function withIncluded(templates: Templates, views: Views): Map<string, readonly PlanData[]> {
  const all = new Map<string, readonly PlanData[]>();
  const add = (name: string, samples: readonly PlanData[]) => {
    all.set(name, [...(all.get(name) ?? []), ...samples]);
    for (const part of includedIn(templates.get(name) ?? '')) add(part, samples);
  };
  for (const [name, samples] of views) add(name, samples);
  return all;
}

/** On one line, so that the lines below are the template's. */
function declarations(samples: readonly PlanData[]): string {
  const functions = Object.keys(templateFunctions).map(
    (name) => `declare function ${name}(text: string): string;`,
  );
  return [
    'interface Included { readonly text: string }',
    'declare function include(name: string): Included;',
    'declare function print(value: string | number | Included): void;',
    ...functions,
    `declare const view: ${typeOf(samples)};`,
  ].join(' ');
}

/** The code of a template, line by line where the template has it. */
function toCode(text: string): string {
  const lines = (part: string) => '\n'.repeat(part.split('\n').length - 1);
  let code = '';
  let end = 0;
  for (const { 0: tag, 1: kind, 2: inside = '', index } of text.matchAll(TAG)) {
    code += lines(text.slice(end, index));
    if (kind === '=' || kind === '-') code += `print(${inside});`;
    else code += kind === '#' || kind === '%' ? lines(tag) : inside;
    end = index + tag.length;
  }
  return code;
}

/** The type that all samples have: an object has the properties that every sample has, a list that is never filled has no elements. */
function typeOf(samples: readonly PlanData[]): string {
  const scalars = samples.flatMap(scalarType);
  const lists = samples.filter((sample) => Array.isArray(sample));
  const objects = samples.filter(isObject);
  const parts = [...new Set(scalars)];
  if (lists.length > 0) parts.push(`readonly (${typeOf(lists.flat())})[]`);
  if (objects.length > 0) parts.push(objectType(objects));
  return parts.length > 0 ? parts.join(' | ') : 'never';
}

type Sample = { readonly [key: string]: PlanData };

/** Secrets and images are references in a plan, and text when a template sees them. */
function scalarType(sample: PlanData): string[] {
  if (sample === null) return ['null'];
  if (typeof sample !== 'object') return [typeof sample];
  return isReference(sample) ? ['string'] : [];
}

function isReference(sample: object): boolean {
  return isSecretRef(sample) || '$image' in sample;
}

function isObject(sample: PlanData): sample is Sample {
  return typeof sample === 'object' && sample !== null && !Array.isArray(sample) && !isReference(sample);
}

function objectType(objects: readonly Sample[]): string {
  const [first = {}] = objects;
  const names = Object.keys(first).filter((name) => objects.every((object) => name in object));
  const fields = names.map(
    (name) =>
      `readonly ${JSON.stringify(name)}: ${typeOf(objects.flatMap((object) => [object[name] ?? null]))};`,
  );
  return `{ ${fields.join(' ')} }`;
}

function createProgram(sources: ReadonlyMap<string, string>): ts.Program {
  const options: ts.CompilerOptions = {
    strict: true,
    noUncheckedIndexedAccess: true,
    noEmit: true,
    target: ts.ScriptTarget.ES2023,
    lib: ['lib.es2023.d.ts'],
    types: [],
  };
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists, readFile } = host;
  host.fileExists = (name) => sources.has(name) || fileExists(name);
  host.readFile = (name) => sources.get(name) ?? readFile(name);
  host.getSourceFile = (name, version, ...more) => {
    const text = sources.get(name);
    return text === undefined
      ? getSourceFile(name, version, ...more)
      : ts.createSourceFile(name, text, version);
  };
  return ts.createProgram([...sources.keys()], options, host);
}

function describe({ file, start = 0, messageText }: ts.Diagnostic): string {
  const message = ts.flattenDiagnosticMessageText(messageText, ' ');
  const place = file ? `${file.fileName.slice(1, -'.ts'.length)}:${line(file, start)}: ` : '';
  return `${place}${message}`;
}

function line(file: ts.SourceFile, start: number): number {
  return file.getLineAndCharacterOfPosition(start).line + 1;
}
