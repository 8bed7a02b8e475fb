import { isAlias, isMap, isScalar, isSeq, type Node, type Pair, type YAMLMap } from 'yaml';
import type { Diagnostic } from '../model/diagnostic.ts';
import type { Place } from '../model/origin.ts';
import { MAX_NODES } from './yaml-budget.ts';
import { yamlRules } from './yaml-rules.ts';

const TAG = 'tag:yaml.org,2002:';
/** Tags of plain scalars: the value is resolved from its text. */
export const RESOLVED_TAGS = new Set(['int', 'float', 'bool', 'null'].map((name) => TAG + name));
const QUOTED_TAGS = new Set(['!', `${TAG}str`]);
const KNOWN_TAGS = new Set([...RESOLVED_TAGS, ...QUOTED_TAGS, `${TAG}map`, `${TAG}seq`]);

/** One key of a mapping, with merge keys (`<<`) already applied. */
export type Entry = { readonly key: string; readonly keyNode: Node; readonly node: Node | null };

export function toEntry(pair: Pair): Entry {
  const keyNode = pair.key as Node;
  const key = isScalar(keyNode) ? String(keyNode.value ?? '') : '';
  return { key, keyNode, node: (pair.value as Node | null) ?? null };
}

/** The node of each anchor. An alias is resolved here: the library reads the whole document for each. */
export type Anchors = Map<string, Node>;

/**
 * Reads a tree once: collects its anchors, and finds doubled keys, tags and anchors that PyYAML refuses, and aliases
 * without an anchor, inside of their own anchor, or with too many values in all. Diagnostics: yaml/*.
 */
export function checkNodes(root: Node, anchors: Anchors, placeOf: (node: Node) => Place): Diagnostic[] {
  const check = new NodeCheck(anchors, placeOf);
  check.sizeOf(root);
  return check.diagnostics;
}

class NodeCheck {
  readonly diagnostics: Diagnostic[] = [];
  readonly #anchors: Anchors;
  readonly #placeOf: (node: Node) => Place;
  readonly #sizes = new Map<Node, number>();
  readonly #open = new Set<Node>();
  #isTooLarge = false;

  constructor(anchors: Anchors, placeOf: (node: Node) => Place) {
    this.#anchors = anchors;
    this.#placeOf = placeOf;
  }

  /** The number of values that a node stands for, each alias counted as what it refers to. */
  sizeOf(node: Node): number {
    if (isAlias(node)) return this.#sizeOfAlias(node);
    this.#checkProperties(node);
    this.#open.add(node);
    let size = 1;
    if (isSeq(node)) for (const item of node.items) size += this.sizeOf(item as Node);
    if (isMap(node)) size += this.#sizeOfMap(node);
    this.#open.delete(node);
    this.#sizes.set(node, size);
    if (size > MAX_NODES && !this.#isTooLarge) {
      this.#isTooLarge = true;
      this.diagnostics.push(yamlRules.expansion.at(this.#placeOf(node), {}));
    }
    return size;
  }

  #sizeOfAlias(node: Node & { readonly source: string }): number {
    const target = this.#anchors.get(node.source);
    const isEndless = target !== undefined && this.#open.has(target);
    if (!target) this.diagnostics.push(yamlRules.alias.at(this.#placeOf(node), {}));
    if (isEndless) this.diagnostics.push(yamlRules.circular.at(this.#placeOf(node), {}));
    return (target && !isEndless && this.#sizes.get(target)) || 1;
  }

  #sizeOfMap(map: YAMLMap): number {
    const first = new Map<string, Node>();
    let size = 0;
    for (const pair of map.items) {
      const { key, keyNode, node } = toEntry(pair);
      const earlier = first.get(key);
      if (earlier && key !== '<<') {
        const note = { message: 'first here', place: this.#placeOf(earlier) };
        this.diagnostics.push(yamlRules.duplicateKey.at(this.#placeOf(keyNode), { key }, [note]));
      }
      first.set(key, keyNode);
      size += node ? this.sizeOf(node) : 1;
    }
    return size;
  }

  #checkProperties(node: Node): void {
    const { anchor, tag } = node as { anchor?: string; tag?: string };
    const earlier = anchor === undefined ? undefined : this.#anchors.get(anchor);
    if (earlier) {
      const note = { message: 'first here', place: this.#placeOf(earlier) };
      this.diagnostics.push(yamlRules.anchorTwice.at(this.#placeOf(node), {}, [note]));
    }
    if (anchor !== undefined) this.#anchors.set(anchor, node);
    if (tag !== undefined && !KNOWN_TAGS.has(tag))
      this.diagnostics.push(yamlRules.tag.at(this.#placeOf(node), { tag }));
  }
}
