package io.diffusion4j.training;

import io.diffusion4j.checkpoint.strict.Faults;
import io.diffusion4j.training.Preset.Architecture;
import io.diffusion4j.training.Preset.Dit;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Checks of the sizes of denoising networks in presets. */
public final class DenoiserSizes {
  private DenoiserSizes() {}

  /**
   * Records sizes that do not fit.
   *
   * @param size height and width of its pictures
   * @param channels the channels of each level, from the highest resolution down
   */
  public static void checkUnet(
      Faults faults, int size, List<Integer> channels, int layers, int groups) {
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

  /** Records the faults of the attention, which the middle block always has. */
  public static void checkAttention(
      Faults faults, List<Integer> channels, List<Boolean> attention, int headWidth) {
    faults
        .require(
            attention.size() == channels.size(),
            "attention",
            attention,
            "one for each of the " + channels.size() + " channels")
        .require(headWidth >= 1, "head-width", headWidth, "≥ 1");
    for (int i = 0; i < Math.min(channels.size(), attention.size()) && headWidth >= 1; i++) {
      boolean attends = attention.get(i) || i == channels.size() - 1;
      faults.require(
          !attends || channels.get(i) % headWidth == 0,
          "channels[" + i + "]",
          channels.get(i),
          "a multiple of head-width " + headWidth);
    }
  }

  /** Records a fault if the sizes of the requested network are missing or invalid. */
  public static void checkBackbone(
      Faults faults, int size, @Nullable Architecture backbone, @Nullable Dit dit) {
    faults.require(
        backbone != Architecture.DIT || dit != null, "dit", "missing", "the sizes of the backbone");
    if (dit != null) {
      String expected = "a divisor of size " + size;
      faults.require(size % dit.patch() == 0, "dit.patch", dit.patch(), expected);
    }
  }

  /** Records a fault if a length in pixels cannot be halved from level to level. */
  public static void requireHalvings(
      Faults faults, String name, int length, List<Integer> channels) {
    int factor = 1 << Math.min(30, Math.max(0, channels.size() - 1));
    String expected = "a multiple of " + factor + ", as there are " + channels.size() + " levels";
    faults.require(length >= 1 && length % factor == 0, name, length, expected);
  }
}
