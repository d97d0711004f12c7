package io.diffusion4j.unclip.doctor;

import java.util.Locale;

/** What is the matter with a part of a model. */
public enum Verdict {
  /** It does better than nothing, and under no other settings much better still. */
  OK,
  /** It does no better than nothing, under any settings. */
  UNTRAINED,
  /** It does better under other settings than under those of its folder. */
  MISCONFIGURED,
  /** Its weights or answers are not finite numbers. */
  BROKEN,
  /** Something that its examination needs is not there, or is broken. */
  UNEXAMINED;

  /** In lower case. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
