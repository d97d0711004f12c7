package io.diffusion4j.provenance;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.ImageFiles;
import io.diffusion4j.diffusion.image.Png;
import io.diffusion4j.diffusion.image.Rgb8;
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
   * @param source declared in the file, and signed
   */
  public byte[] encode(Image image, Optional<Recipe> recipe, SourceType source) {
    Image marked = watermark.map(some -> some.embed(image)).orElse(image);
    byte[] png =
        Png.encode(marked, recipe.map(r -> Map.of(r.keyword(), r.text())).orElse(Map.of()));
    try {
      return mark(MarkedFile.of(png), Rgb8.of(marked), recipe, source);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // memory does not fail
    }
  }

  /**
   * Returns a resized image as a PNG file with the marks and the declaration of the file that it
   * was made from; without any, if that has none. It has no recipe, which would draw the original.
   *
   * @throws IOException if the file is of another format or a damaged one
   */
  public byte[] encodeResized(Image resized, byte[] original) throws IOException {
    Optional<SourceType> source =
        MarkedFile.of(original).xmp().map(XmpPacket::parse).flatMap(XmpPacket::model);
    return source
        .map(some -> encode(resized, Optional.empty(), some))
        .orElseGet(() -> Png.encode(resized, Map.of()));
  }

  /**
   * Returns a file of another format with the marks and the declaration of the file that it was
   * made from; without any, if that has none. It has no recipe.
   *
   * @throws IOException if a file is of an unknown format or damaged
   */
  public byte[] markConverted(byte[] file, byte[] original) throws IOException {
    Optional<SourceType> source =
        MarkedFile.of(original).xmp().map(XmpPacket::parse).flatMap(XmpPacket::model);
    if (source.isEmpty()) {
      return file;
    }
    Rgb8 pixels = Rgb8.of(ImageFiles.read(file, Long.MAX_VALUE));
    return mark(MarkedFile.of(file), pixels, Optional.empty(), source.get());
  }

  /**
   * Returns a PNG, JPEG or WebP file that was drawn here and converted since, marked without a
   * change of its pixels. An earlier mark of this project is replaced.
   *
   * @param keyword the keyword of the recipe, which is signed if the file contains it
   * @param maxPixels the largest width·height that is decoded
   * @throws IOException if the file is of another format, is damaged or has more pixels
   * @throws IllegalArgumentException if it is animated, or carries XMP or C2PA of other programs,
   *     which would be lost or become invalid
   */
  public byte[] mark(byte[] file, String keyword, long maxPixels) throws IOException {
    MarkedFile picture = MarkedFile.of(file);
    if (picture.manifest().isPresent()) {
      throw new IllegalArgumentException(
          "file: with a C2PA manifest (expected: one without, as a change would invalidate it)");
    }
    Optional<XmpPacket> xmp = picture.xmp().map(XmpPacket::parse);
    Optional<SourceType> source = xmp.flatMap(XmpPacket::model);
    if (xmp.isPresent() && source.isEmpty()) {
      throw new IllegalArgumentException(
          "file: with XMP of another program (expected: a picture that a model drew)");
    }
    Rgb8 pixels = Rgb8.of(ImageFiles.read(file, maxPixels));
    return mark(
        picture,
        pixels,
        recipe(file, picture, keyword),
        source.orElse(SourceType.TRAINED_ALGORITHMIC_MEDIA));
  }

  /** Returns the recipe in a file; empty if there is none. */
  static Optional<Recipe> recipe(byte[] file, MarkedFile picture, String keyword)
      throws IOException {
    return picture.mediaType().equals("image/png")
        ? Optional.ofNullable(Png.text(file).get(keyword)).map(text -> new Recipe(keyword, text))
        : Optional.empty();
  }

  private byte[] mark(MarkedFile file, Rgb8 pixels, Optional<Recipe> recipe, SourceType source) {
    var parts =
        PictureParts.of(file.withXmp(""), recipe); // as written, without bytes after the end
    Check.that(!parts.areAnimated(), "file", "animated", "one picture, which the signature covers");
    Optional<ManifestSigner> signer = manifest.filter(ManifestSigner::isValid);
    var statement =
        new Statement(
            Digests.of(pixels),
            recipe.map(Recipe::text).map(Digests::of),
            Optional.of(new Statement.File(source.term(), parts.digest(), signer.isPresent())));
    MarkedFile declared =
        file.withXmp(XmpPacket.ofDrawn(source, key.map(some -> some.sign(statement))).text());
    return signer.map(some -> some.sign(declared, source)).orElse(declared).bytes();
  }
}
