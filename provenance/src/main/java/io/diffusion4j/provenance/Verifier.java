package io.diffusion4j.provenance;

import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.ImageFiles;
import io.diffusion4j.diffusion.image.Rgb8;
import io.diffusion4j.provenance.Finding.Verdict;
import io.diffusion4j.provenance.container.PictureFile;
import io.diffusion4j.provenance.watermark.Detection;
import io.diffusion4j.provenance.watermark.Watermark;
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
   * Judges a PNG, JPEG or WebP file.
   *
   * @param keyword the keyword of the recipe in PNG files
   * @param maxPixels the largest width·height that is decoded
   * @throws IOException if the file is of another format, is damaged or has more pixels
   */
  public Finding verify(byte[] file, String keyword, long maxPixels) throws IOException {
    Image image = ImageFiles.read(file, maxPixels);
    PictureFile picture = PictureFile.of(file);
    XmpPacket xmp = picture.xmp().map(XmpPacket::parse).orElse(XmpPacket.NONE);
    Optional<Detection> watermark =
        watermarks.stream()
            .filter(some -> Watermark.fits(image))
            .map(some -> some.detect(image))
            .min(Comparator.comparingDouble(Detection::falsePositive));
    Conclusion conclusion =
        xmp.statement()
            .flatMap(signed -> ofSignature(signed, image, picture, file, keyword))
            .or(() -> ofWatermark(watermark))
            .orElseGet(() -> new Conclusion(Verdict.UNKNOWN, unknown(xmp)));
    return new Finding(
        conclusion.verdict(),
        conclusion.reason(),
        xmp.statement().map(SignedStatement::key),
        xmp.declaresModel(),
        picture.manifest().isPresent(),
        watermark);
  }

  private record Conclusion(Verdict verdict, String reason) {}

  /** Returns the conclusion from a signature; empty if its key is not trusted. */
  private Optional<Conclusion> ofSignature(
      SignedStatement signed, Image image, PictureFile picture, byte[] file, String keyword) {
    Optional<TrustedKey> trusted =
        keys.stream().filter(key -> key.id().equals(signed.key())).findFirst();
    if (trusted.isEmpty()) {
      return Optional.empty();
    }
    if (!trusted.get().verifies(signed)) {
      return Optional.of(new Conclusion(Verdict.CHANGED, "the signature is not of its key"));
    }
    if (!Digests.of(Rgb8.of(image)).equals(signed.statement().pixels())) {
      return Optional.of(new Conclusion(Verdict.CHANGED, "the pixels are not the signed ones"));
    }
    Optional<String> recipe;
    try {
      recipe = Provenance.recipe(file, picture, keyword).map(Recipe::text).map(Digests::of);
    } catch (IOException e) {
      return Optional.of(new Conclusion(Verdict.CHANGED, "its text cannot be read"));
    }
    if (recipe.isPresent() && !recipe.equals(signed.statement().recipe())) {
      return Optional.of(new Conclusion(Verdict.CHANGED, "the recipe is not the signed one"));
    }
    boolean lost = recipe.isEmpty() && signed.statement().recipe().isPresent();
    return Optional.of(
        new Conclusion(
            Verdict.MADE_HERE,
            lost
                ? "the pixels are as signed; the recipe is missing"
                : "the pixels" + (recipe.isPresent() ? " and the recipe" : "") + " are as signed"));
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
