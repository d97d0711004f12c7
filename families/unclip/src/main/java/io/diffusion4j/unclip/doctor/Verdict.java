package io.diffusion4j.unclip.doctor;

import java.util.Locale;

/** The condition that a part of a model is in. */
public enum Verdict {
  /** It is better than a constant prediction, and no other settings are much better. */
  OK,
  /** It is not better than a constant prediction, under any settings. */
  UNTRAINED,
  /** It is better under other settings than under its folder's. */
  MISCONFIGURED,
  /** Its weights or predictions are not finite numbers. */
  BROKEN,
  /** Files that its examination needs are missing or damaged. */
  UNEXAMINED;

  /** Returns the name in lower case. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
