package io.diffusion4j.data.files;

import io.diffusion4j.data.PictureSet;
import io.diffusion4j.data.Split;
import java.util.List;

/** The option for the pictures to validate with: {@code 0.02} or a path. */
public final class HeldOut {
  private HeldOut() {}

  /**
   * Splits a set.
   *
   * @param setting the name of the setting that the choice is the value of, for messages
   * @param choice a share of the set in (0, 1), or the path of another one in any layout that
   *     {@link PictureFiles#open} reads
   * @throws IllegalArgumentException if it is neither, or a side is empty
   */
  public static Split of(String setting, String choice, PictureSet pictures, Columns columns) {
    return isNumber(choice)
        ? Split.byKey(pictures, Double.parseDouble(choice))
        : new Split(pictures, PictureFiles.open(setting, List.of(choice), columns));
  }

  private static boolean isNumber(String choice) {
    return choice.matches("[-+]?(\\d+\\.?\\d*|\\.\\d+)([eE][-+]?\\d+)?");
  }
}
