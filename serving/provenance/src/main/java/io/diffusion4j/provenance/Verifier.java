package io.diffusion4j.provenance;

import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.ImageFiles;
import io.diffusion4j.diffusion.image.Rgb8;
import io.diffusion4j.provenance.Finding.Verdict;
import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Judges where picture files come from.
 *
 * @param keys the trusted keys
 * @param watermarks the watermarks to search for
 */
public record Verifier(List<TrustedKey> keys, List<Watermark> watermarks) {
  public Verifier {
    keys = List.copyOf(keys);
    watermarks = List.copyOf(watermarks);
  }

  /**
   * Judges a PNG, JPEG or WebP file. Its pixels are decoded only if there is a watermark to search
   * for, or a signature of a trusted key.
   *
   * @param keyword the keyword of the recipe in PNG files
   * @param maxPixels the largest width·height that is decoded
   * @throws IOException if the file is of another format, or is damaged or has more pixels where
   *     they are decoded
   */
  public Finding verify(byte[] file, String keyword, long maxPixels) throws IOException {
    MarkedFile picture = MarkedFile.of(file);
    XmpPacket xmp = picture.xmp().map(XmpPacket::parse).orElse(XmpPacket.NONE);
    Optional<TrustedKey> trusted = xmp.statement().flatMap(this::trusted);
    Optional<Image> image =
        watermarks.isEmpty() && trusted.isEmpty()
            ? Optional.empty()
            : Optional.of(ImageFiles.read(file, maxPixels));
    Optional<Detection> watermark =
        image
            .filter(Watermark::fits)
            .flatMap(
                pixels ->
                    watermarks.stream()
                        .map(some -> some.detect(pixels))
                        .min(Comparator.comparingDouble(Detection::falsePositive)));
    Conclusion conclusion =
        trusted
            .map(key -> ofSignature(key, xmp, image.orElseThrow(), picture, file, keyword))
            .or(() -> ofWatermark(watermark))
            .orElseGet(() -> new Conclusion(Verdict.UNKNOWN, unknown(xmp)));
    return new Finding(
        conclusion.verdict(),
        conclusion.reason(),
        xmp.statement().map(SignedStatement::key),
        xmp.model().isPresent(),
        picture.manifest().isPresent(),
        watermark);
  }

  private record Conclusion(Verdict verdict, String reason) {}

  private Optional<TrustedKey> trusted(SignedStatement signed) {
    return keys.stream().filter(key -> key.id().equals(signed.key())).findFirst();
  }

  /** Returns the conclusion from the signature of a trusted key. */
  private static Conclusion ofSignature(
      TrustedKey trusted,
      XmpPacket xmp,
      Image image,
      MarkedFile picture,
      byte[] file,
      String keyword) {
    SignedStatement signed = xmp.statement().orElseThrow();
    if (!trusted.verifies(signed)) {
      return changed("the signature is not of its key, or its statement was changed");
    }
    if (!Digests.of(Rgb8.of(image)).equals(signed.statement().pixels())) {
      return changed("the pixels are not the signed ones");
    }
    Optional<Recipe> recipe;
    try {
      recipe = Provenance.recipe(file, picture, keyword);
    } catch (IOException e) {
      return changed("its text cannot be read");
    }
    if (recipe.isPresent()
        && !recipe.map(Recipe::text).map(Digests::of).equals(signed.statement().recipe())) {
      return changed("the recipe is not the signed one");
    }
    if (xmp.foreign() || xmp.model().isEmpty()) {
      return changed("the XMP packet is not the signed one");
    }
    Optional<Statement.File> around = signed.statement().file();
    var parts = PictureParts.of(picture, recipe);
    boolean same = around.map(s -> s.parts().equals(parts.digest())).orElseGet(parts::areNone);
    if (!same) {
      return changed("the pixels are as signed, the file around them is not; it has: " + parts);
    }
    if (picture.manifest().isPresent() && !around.map(Statement.File::manifest).orElse(true)) {
      return changed("the C2PA manifest was added after signing");
    }
    boolean lost = recipe.isEmpty() && signed.statement().recipe().isPresent();
    return new Conclusion(
        Verdict.MADE_HERE,
        lost
            ? "the pixels are as signed; the recipe is missing"
            : "the pixels" + (recipe.isPresent() ? " and the recipe" : "") + " are as signed");
  }

  private static Conclusion changed(String reason) {
    return new Conclusion(Verdict.CHANGED, reason);
  }

  private static Optional<Conclusion> ofWatermark(Optional<Detection> watermark) {
    return watermark
        .filter(Detection::isFound)
        .map(found -> new Conclusion(Verdict.CHANGED, "the watermark is there, no signature is"));
  }

  private String unknown(XmpPacket xmp) {
    if (xmp.statement().isEmpty()) {
      return "no signature";
    }
    return "signed by " + xmp.statement().get().key() + ", which is not a trusted key";
  }
}
