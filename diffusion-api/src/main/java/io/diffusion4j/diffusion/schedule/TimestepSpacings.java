package io.diffusion4j.diffusion.schedule;

import io.diffusion4j.diffusion.argument.ByName;
import java.util.Map;
import java.util.SortedSet;

/** Timestep spacings by name. */
public final class TimestepSpacings {
  private final ByName<TimestepSpacing> spacings;

  /** These spacings under these names, at least one. */
  public TimestepSpacings(Map<String, TimestepSpacing> byName) {
    this(new ByName<>("spacing", byName));
  }

  private TimestepSpacings(ByName<TimestepSpacing> spacings) {
    this.spacings = spacings;
  }

  /** Those of this package, under the names that diffusers and OpenAI use. */
  public static TimestepSpacings standard() {
    return new TimestepSpacings(
        Map.of(
            "ddim", new StridedSpacing(),
            "leading", new LeadingSpacing(),
            "linspace", new LinspaceSpacing(LinspaceSpacing.End.ZERO),
            "sections", new SectionSpacing(),
            "trailing", new TrailingSpacing(),
            "unclip", new UnclipSpacing()));
  }

  /** These and more, or others under names that are there already. */
  public TimestepSpacings with(Map<String, TimestepSpacing> more) {
    ByName<TimestepSpacing> all = spacings;
    for (Map.Entry<String, TimestepSpacing> one : more.entrySet()) {
      all = all.with(one.getKey(), one.getValue());
    }
    return new TimestepSpacings(all);
  }

  /**
   * The spacing of this name.
   *
   * @throws IllegalArgumentException if there is none; the message lists those there are
   */
  public TimestepSpacing named(String name) {
    return spacings.named(name);
  }

  /** The names, in alphabetical order. */
  public SortedSet<String> names() {
    return spacings.names();
  }
}
