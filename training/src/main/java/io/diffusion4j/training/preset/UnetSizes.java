package io.diffusion4j.training.preset;

import io.diffusion4j.training.strict.Faults;
import java.util.List;

/** What the sizes of both U-Nets have in common. */
final class UnetSizes {
  private UnetSizes() {}

  /**
   * Records what does not fit.
   *
   * @param size height and width of its pictures
   * @param channels of each level, from the highest resolution down
   */
  static void check(Faults faults, int size, List<Integer> channels, int layers, int groups) {
    faults
        .require(!channels.isEmpty(), "channels", channels, "at least one level")
        .require(layers >= 1, "layers", layers, "≥ 1")
        .require(groups >= 1, "groups", groups, "≥ 1");
    for (int i = 0; i < channels.size() && groups >= 1; i++) {
      int c = channels.get(i);
      String expected = "a multiple of groups " + groups;
      faults.require(c >= 1 && c % groups == 0, "channels[" + i + "]", c, expected);
    }
    if (!channels.isEmpty()) {
      faults.require(channels.get(0) % 2 == 0, "channels[0]", channels.get(0), "even");
    }
    requireHalvings(faults, "size", size, channels);
  }

  /** Records if a length in pixels cannot be halved from level to level. */
  static void requireHalvings(Faults faults, String name, int length, List<Integer> channels) {
    int factor = 1 << Math.min(30, Math.max(0, channels.size() - 1));
    String expected = "a multiple of " + factor + ", as there are " + channels.size() + " levels";
    faults.require(length >= 1 && length % factor == 0, name, length, expected);
  }
}
