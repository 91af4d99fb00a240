import type { Metric } from '../views/metrics.ts';

/**
 * Metrics in the text format of Prometheus 0.0.4, which node_exporter's textfile collector reads
 * (https://prometheus.io/docs/instrumenting/exposition_formats). `say` makes text safe to show; a label that is empty is as good as none,
 * and is left out.
 */
export function prometheusText(metrics: readonly Metric[], say: (text: string) => string): string {
  const sample = (name: string, { labels, value }: Metric['samples'][number]) => {
    const pairs = Object.entries(labels).flatMap(([label, text]) => (text === '' ? [] : [`${label}="${escaped(say(text))}"`]));
    return `${name}${pairs.length === 0 ? '' : `{${pairs.join(',')}}`} ${value}\n`;
  };
  return metrics
    .map(({ name, help, samples }) => `# HELP ${name} ${help}\n# TYPE ${name} gauge\n${samples.map((each) => sample(name, each)).join('')}`)
    .join('');
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
