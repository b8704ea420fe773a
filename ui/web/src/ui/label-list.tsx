import classes from "./label-list.module.css";

/** Labels as small tags, as many as there is room for. */
export function LabelList({ labels, wrap = false }: { labels: Record<string, string>; wrap?: boolean }) {
  const entries = Object.entries(labels);
  if (entries.length === 0) return <span className="dim">–</span>;
  return (
    <span className={wrap ? classes.wrap : classes.line} title={wrap ? undefined : entries.map(([key, value]) => `${key}=${value}`).join("\n")}>
      {entries.map(([key, value]) => (
        <span key={key} className={classes.label}>
          <span className="dim">{key}</span>={value}
        </span>
      ))}
    </span>
  );
}
