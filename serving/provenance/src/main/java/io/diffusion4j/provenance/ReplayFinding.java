package io.diffusion4j.provenance;

import io.diffusion4j.diffusion.image.ImageFiles;
import io.diffusion4j.diffusion.image.Rgb8;
import java.io.IOException;
import java.util.Optional;

/**
 * What drawing a picture again from its recipe showed. Unlike a {@link Finding}, it needs no trust
 * in a key: anybody with the weights can repeat it.
 *
 * @param verdict the conclusion
 * @param reason the reason for the verdict, in words
 * @param original the digest of the file's pixels, see {@link #digest}
 * @param drawn the digest of the pixels that the recipe draws; empty if it was not drawn
 * @param difference of both; empty if it was not drawn, or in another size
 */
public record ReplayFinding(
    Verdict verdict,
    String reason,
    String original,
    Optional<String> drawn,
    Optional<PixelDifference> difference) {
  /** Whether these weights draw the picture from its recipe. */
  public enum Verdict {
    /** All pixels are equal, and nothing in the file changes how they are shown. */
    PROVED,

    /**
     * The difference is {@linkplain PixelDifference#isRounding as small as one of rounding}, and
     * the picture was drawn in another way, in which roundings differ.
     */
    CLOSE,

    /** The recipe and these weights draw another picture. */
    REFUTED
  }

  /**
   * Compares a picture with the one that its recipe draws.
   *
   * @param keyword the keyword of the recipe in PNG files
   * @param isExact whether both were computed in the same way, so that no pixel may differ
   * @param maxPixels the largest width·height that is decoded
   * @throws IOException if a file is damaged or has more pixels
   */
  public static ReplayFinding of(
      byte[] file, byte[] again, String keyword, boolean isExact, long maxPixels)
      throws IOException {
    Rgb8 original = Rgb8.of(ImageFiles.read(file, maxPixels));
    Rgb8 drawn = Rgb8.of(ImageFiles.read(again, maxPixels));
    MarkedFile picture = MarkedFile.of(file);
    var parts = PictureParts.of(picture, Provenance.recipe(file, picture, keyword));
    String sizes = size(original) + ", drawn again " + size(drawn);
    Optional<PixelDifference> difference =
        size(original).equals(size(drawn))
            ? Optional.of(PixelDifference.between(original, drawn))
            : Optional.empty();
    boolean isSame = difference.filter(PixelDifference::isNone).isPresent();
    boolean isClose = !isExact && difference.filter(PixelDifference::isRounding).isPresent();
    Verdict verdict =
        !parts.areNone() || !(isSame || isClose)
            ? Verdict.REFUTED
            : isSame ? Verdict.PROVED : Verdict.CLOSE;
    String reason =
        isSame
            ? "the same pixels"
            : (isClose ? "the same picture but for rounding: " : "other pixels: ")
                + difference.map(PixelDifference::toString).orElse(sizes);
    return new ReplayFinding(
        verdict,
        parts.areNone() ? reason : reason + ", in a file that also has: " + parts,
        digest(original),
        Optional.of(digest(drawn)),
        difference);
  }

  private static String size(Rgb8 picture) {
    return picture.width() + "×" + picture.height();
  }

  /** Returns the finding about a picture whose recipe names other weights; nothing is drawn. */
  public static ReplayFinding ofOtherWeights(byte[] file, String reason, long maxPixels)
      throws IOException {
    Rgb8 original = Rgb8.of(ImageFiles.read(file, maxPixels));
    return new ReplayFinding(
        Verdict.REFUTED, reason, digest(original), Optional.empty(), Optional.empty());
  }

  /**
   * Returns the digest of pixels, as {@code sha256:} and 64 hexadecimal digits: of width and height
   * (32 bits, big-endian), and of the red, green and blue bytes, row by row.
   */
  public static String digest(Rgb8 pixels) {
    return "sha256:" + Digests.of(pixels);
  }
}
