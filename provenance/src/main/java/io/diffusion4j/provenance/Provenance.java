package io.diffusion4j.provenance;

import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.ImageFiles;
import io.diffusion4j.diffusion.image.Png;
import io.diffusion4j.diffusion.image.Rgb8;
import io.diffusion4j.provenance.c2pa.ManifestSigner;
import io.diffusion4j.provenance.container.PictureFile;
import io.diffusion4j.provenance.watermark.Watermark;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Optional;

/**
 * The marking of drawn pictures when they are written. Each file declares in XMP that a model drew
 * it; all other marks are optional.
 *
 * @param key signs pixels and recipe
 * @param manifest adds a C2PA manifest
 * @param watermark the watermark; without it the pixels are unchanged
 */
public record Provenance(
    Optional<SigningKey> key, Optional<ManifestSigner> manifest, Optional<Watermark> watermark) {
  /** The declaration without further marks. */
  public static final Provenance DECLARED =
      new Provenance(Optional.empty(), Optional.empty(), Optional.empty());

  /** Returns the marks with a signature by this key. */
  public Provenance withKey(SigningKey newKey) {
    return new Provenance(Optional.of(newKey), manifest, watermark);
  }

  /** Returns the marks with a C2PA manifest. */
  public Provenance withManifest(ManifestSigner newManifest) {
    return new Provenance(key, Optional.of(newManifest), watermark);
  }

  /** Returns the marks with an invisible watermark. */
  public Provenance withWatermark(Watermark newWatermark) {
    return new Provenance(key, manifest, Optional.of(newWatermark));
  }

  /**
   * Returns a drawn image as a marked PNG file.
   *
   * @param recipe written into the file, and signed
   */
  public byte[] encode(Image image, Optional<Recipe> recipe) {
    Image marked = watermark.map(some -> some.embed(image)).orElse(image);
    byte[] png =
        Png.encode(marked, recipe.map(r -> Map.of(r.keyword(), r.text())).orElse(Map.of()));
    try {
      return mark(PictureFile.of(png), Rgb8.of(marked), recipe);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // memory does not fail
    }
  }

  /**
   * Returns a PNG, JPEG or WebP file that was drawn here and converted since, marked without a
   * change of its pixels. An earlier mark of this project is replaced.
   *
   * @param keyword the keyword of the recipe, which is signed if the file contains it
   * @param maxPixels the largest width·height that is decoded
   * @throws IOException if the file is of another format, is damaged or has more pixels
   * @throws IllegalArgumentException if it carries XMP or C2PA of other programs, which would be
   *     lost or become invalid
   */
  public byte[] mark(byte[] file, String keyword, long maxPixels) throws IOException {
    PictureFile picture = PictureFile.of(file);
    if (picture.manifest().isPresent()) {
      throw new IllegalArgumentException(
          "file: with a C2PA manifest (expected: one without, as a change would invalidate it)");
    }
    if (picture.xmp().map(XmpPacket::parse).filter(xmp -> !xmp.declaresModel()).isPresent()) {
      throw new IllegalArgumentException(
          "file: with XMP of another program (expected: a picture that a model drew)");
    }
    Rgb8 pixels = Rgb8.of(ImageFiles.read(file, maxPixels));
    return mark(picture, pixels, recipe(file, picture, keyword));
  }

  /** Returns the recipe in a file; empty if there is none. */
  static Optional<Recipe> recipe(byte[] file, PictureFile picture, String keyword)
      throws IOException {
    return picture.mediaType().equals("image/png")
        ? Optional.ofNullable(Png.text(file).get(keyword)).map(text -> new Recipe(keyword, text))
        : Optional.empty();
  }

  private byte[] mark(PictureFile file, Rgb8 pixels, Optional<Recipe> recipe) {
    var signed = key.map(some -> some.sign(Statement.of(pixels, recipe)));
    PictureFile declared = file.withXmp(XmpPacket.ofDrawn(signed).text());
    return manifest.map(signer -> signer.sign(declared)).orElse(declared).bytes();
  }
}
