import classes from "./line-chart.module.css";

export interface Line {
  label: string;
  /** The lines of one chart differ by dash too, never by colour alone. */
  look: "first" | "second";
  /** Points from left to right, both from 0 to 1; null: nothing was measured there. */
  points: (readonly [number, number] | null)[];
}

interface LineChartProps {
  title: string;
  /** What the picture shows, for who does not see it. */
  summary: string;
  lines: Line[];
  /** Words of the highest and the lowest value of the scale. */
  top: string;
  bottom: string;
  /** A level that means something, from 0 to 1. */
  bound?: { at: number; label: string };
  /** Places from 0 to 1 where something changed. */
  marks?: { at: number; label: string }[];
  from: React.ReactNode;
  to: React.ReactNode;
}

/** Lines over time. The words around them are text, so that they are neither stretched nor blurred. */
export function LineChart({ title, summary, lines, top, bottom, bound, marks = [], from, to }: LineChartProps) {
  return (
    <figure className={classes.chart}>
      <figcaption className={classes.head}>
        <span>{title}</span>
        <span className={classes.legend}>
          {lines.map((line) => (
            <span key={line.label} className={classes.key}>
              <svg width="18" height="8" aria-hidden="true">
                <line x1="0" x2="18" y1="4" y2="4" className={classes[line.look]} />
              </svg>
              {line.label}
            </span>
          ))}
        </span>
      </figcaption>
      <div className={classes.plot}>
        <span className={classes.top}>{top}</span>
        <span className={classes.bottom}>{bottom}</span>
        <svg viewBox="0 0 1000 100" preserveAspectRatio="none" role="img" aria-label={`${title}. ${summary}`}>
          {marks.map((mark) => (
            <line key={mark.label} x1={mark.at * 1000} x2={mark.at * 1000} y1="0" y2="100" className={classes.mark}>
              <title>{mark.label}</title>
            </line>
          ))}
          {bound !== undefined && <line x1="0" x2="1000" y1={level(bound.at)} y2={level(bound.at)} className={classes.bound} />}
          {lines.map((line) => (
            <path key={line.label} d={path(line.points)} className={classes[line.look]} />
          ))}
        </svg>
        {bound !== undefined && (
          <span className={classes.boundLabel} style={{ top: `${level(bound.at)}%` }}>
            {bound.label}
          </span>
        )}
      </div>
      <div className={classes.foot}>
        <span>{from}</span>
        <span>{to}</span>
      </div>
    </figure>
  );
}

const level = (share: number): number => 100 - 100 * Math.max(0, Math.min(1, share));

/** A gap in the points is a gap in the line; a point by itself is a dash. */
function path(points: Line["points"]): string {
  let pen = "M";
  return points
    .map((point, index) => {
      if (point === null) {
        pen = "M";
        return "";
      }
      const step = `${pen}${(point[0] * 1000).toFixed(1)} ${level(point[1]).toFixed(2)}`;
      const alone = pen === "M" && (points[index + 1] ?? null) === null;
      pen = "L";
      return alone ? `${step}h4` : step;
    })
    .join("");
}
