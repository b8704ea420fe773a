import classes from "./slot-bar.module.css";

/** The traffic of two slots as one bar: blue from the left, green from the right. */
export function SlotBar({ blue }: { blue: number }) {
  const green = 100 - blue;
  return (
    <div className={classes.bar} role="img" aria-label={`Traffic: blue ${blue} %, green ${green} %`}>
      <span className={classes.blue} style={{ width: `${blue}%` }} />
      <span className={classes.green} style={{ width: `${green}%` }} />
    </div>
  );
}
