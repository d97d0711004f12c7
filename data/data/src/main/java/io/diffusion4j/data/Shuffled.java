package io.diffusion4j.data;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.diffusion4j.data.CaptionedImages.CaptionedImage;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.digest.Sha256;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.Rgb8;
import io.diffusion4j.diffusion.stage.Pixels;
import java.io.UncheckedIOException;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.LongFunction;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * A data set made of a finite set: every epoch contains each picture once, in its own order. One of
 * several captions is drawn each time. A picture that is unreadable, or whose caption is, is
 * replaced by the next one of the set. The order and all draws are functions of the seed and the
 * index of an example.
 *
 * @param pictures the pictures, which the caller closes
 * @param preparation the preparation of squares
 * @param store keeps the squares, unless they are drawn; empty to keep none
 * @param bad notes which of them cannot be read, or are too small
 * @param kinds their classes, which are then the captions
 * @param embeddings the embeddings of the squares in the middle of the pictures, if they were
 *     computed before
 */
public record Shuffled(
    PictureSet pictures,
    Preparation preparation,
    Optional<CropCache> store,
    BadPictures bad,
    Classes kinds,
    Optional<ImageEmbedder> embeddings)
    implements DataSet {
  /** The name of the digest of the files in {@link #origin}, beside that of their names. */
  public static final String CONTENTS = "data-contents";

  public Shuffled {
    Check.that(
        embeddings.isEmpty() || (preparation.equals(Preparation.DEFAULT) && bad.minSize() == 0),
        "embeddings",
        "of pictures with " + preparation + ", min-size " + bad.minSize(),
        "those of the squares in the middle: neither --resize, --crop, --flip nor --min-size");
  }

  /** Creates the set without classes. */
  public Shuffled(
      PictureSet pictures, Preparation preparation, Optional<CropCache> store, BadPictures bad) {
    this(pictures, preparation, store, bad, Classes.NONE, Optional.empty());
  }

  /** Uses the squares in the middle, and allows up to 5 % of unreadable pictures. */
  public Shuffled(PictureSet pictures) {
    this(pictures, Preparation.DEFAULT, Optional.empty(), new BadPictures(BadPictures.DEFAULT_MAX));
  }

  @Override
  public String name() {
    return pictures.name();
  }

  @Override
  public List<String> classes() {
    return kinds.names();
  }

  /**
   * The data are a digest of the keys and {@linkplain PictureSet#fingerprint fingerprints}, their
   * contents one of the {@linkplain PictureSet#checksum checksums}. The {@linkplain
   * PictureSet#captionField field of captions} is there if there is one.
   */
  @Override
  public Map<String, String> origin() {
    Map<String, String> origin = new TreeMap<>();
    origin.put(
        "data",
        pictures.size()
            + " pictures with the digest "
            + digest(i -> pictures.key(i) + "\n" + pictures.fingerprint(i)));
    origin.put(CONTENTS, digest(i -> Long.toHexString(pictures.checksum(i))));
    pictures.captionField().ifPresent(field -> origin.put("caption-column", field));
    origin.put("resize", word(preparation.fit()));
    origin.put("crop", word(preparation.crop()));
    origin.put("flip", Boolean.toString(preparation.flip()));
    origin.put("min-size", Integer.toString(bad.minSize()));
    return Collections.unmodifiableMap(origin);
  }

  private String digest(LongFunction<String> line) {
    var digest = Sha256.start();
    for (long i = 0; i < pictures.size(); i++) {
      digest.update((line.apply(i) + "\n").getBytes(UTF_8));
    }
    return HexFormat.of().formatHex(digest.digest(), 0, 8);
  }

  @Override
  public SortedMap<String, String> techniques(Use use) {
    return use == Use.PICTURES
        ? Techniques.of(Classes.BY).with(Classes.BY.name(), word(kinds.kind())).words()
        : Collections.emptySortedMap();
  }

  private static String word(Enum<?> kind) {
    return kind.name().toLowerCase(Locale.ROOT);
  }

  @Override
  public Shuffled with(String technique, String value) {
    var kind = Techniques.of(Classes.BY).with(technique, value).get(Classes.BY);
    var classes = Classes.of(pictures, kind);
    return new Shuffled(pictures, preparation, store, bad, classes, embeddings);
  }

  /**
   * Returns the data set with stored embeddings. Pictures without an embedding are skipped.
   *
   * @throws IllegalArgumentException if pictures are prepared in another way than for embeddings,
   *     or more of them could not be read than is skipped
   */
  public Shuffled withEmbeddings(ImageEmbedder known) {
    for (long i = 0; i < pictures.size() && !known.unreadable().isEmpty(); i++) {
      if (known.unreadable().contains(pictures.key(i))) {
        bad.add(pictures, i, pictures.key(i) + ": could not be read when it was embedded");
      }
    }
    return new Shuffled(pictures, preparation, store, bad, kinds, Optional.of(known));
  }

  @Override
  public OptionalLong size() {
    return OptionalLong.of(pictures.size());
  }

  @Override
  public CaptionedImages examples(int imageSize, long seed) {
    return new Examples(imageSize, seed);
  }

  /** Reads each picture once, for its size, and its captions. */
  @Override
  public CaptionedImages bucketed(ImageBuckets buckets, int batchSize, long seed) {
    Check.that(
        preparation.fit() == Preparation.Fit.COVER,
        "resize",
        word(preparation.fit()),
        "cover, for buckets");
    int[] of =
        IntStream.range(0, Math.toIntExact(pictures.size()))
            .parallel()
            .map(
                i ->
                    image(i)
                        .filter(it -> caption(seed, i, i).isPresent())
                        .map(it -> buckets.nearest(new Pixels(it.width(), it.height())))
                        .orElse(-1))
            .toArray();
    var order = new BucketOrder(of, buckets.sizes().size(), batchSize, seed);
    return index -> {
      Pixels size = buckets.sizes().get(order.bucket(index));
      for (long attempt = 0; attempt < order.pictures(index); attempt++) {
        long at = order.picture(index, attempt);
        var found = example(seed, index, at, cut(at, size, random(seed, index).split()));
        if (found.isPresent()) {
          return found.get();
        }
      }
      throw Check.refusal(
          "data",
          "%s, no picture of %d×%d".formatted(name(), size.width(), size.height()),
          "pictures that can be read throughout a training");
    };
  }

  private Optional<CaptionedImage> example(
      long seed, long index, long picture, Optional<Rgb8> image) {
    return image.flatMap(
        it ->
            caption(seed, index, picture)
                .map(text -> new CaptionedImage(it.toImage(), text, pictures.key(picture))));
  }

  /** The examples of a seed. */
  private final class Examples implements CaptionedImages {
    private final int imageSize;
    private final long seed;

    Examples(int imageSize, long seed) {
      this.imageSize = imageSize;
      this.seed = seed;
    }

    @Override
    public CaptionedImage get(long index) {
      for (long picture = picture(seed, index); ; picture = (picture + 1) % pictures.size()) {
        var square = square(picture, imageSize, random(seed, index).split());
        var found = example(seed, index, picture, square);
        if (found.isPresent()) {
          return found.get();
        }
      }
    }

    /** Skips the pictures that are known to be unreadable. */
    @Override
    public Named named(long index) {
      for (long picture = picture(seed, index); ; picture = (picture + 1) % pictures.size()) {
        Optional<String> caption =
            bad.contains(picture) ? Optional.empty() : caption(seed, index, picture);
        if (caption.isPresent()) {
          return new Named(pictures.key(picture), caption.get());
        }
      }
    }
  }

  /** Returns a square of a picture; empty if the picture cannot be read. */
  private Optional<Rgb8> square(long picture, int size, SplittableRandom random) {
    double place = random.nextDouble();
    boolean isMirrored = random.nextBoolean();
    Optional<Rgb8> kept =
        preparation.isDrawn()
            ? Optional.empty()
            : store.flatMap(squares -> squares.read(picture, size));
    Optional<Rgb8> square =
        kept.or(
            () -> {
              Optional<Rgb8> made =
                  image(picture).map(image -> preparation.square(image, size, place));
              if (!preparation.isDrawn()) {
                made.ifPresent(one -> store.ifPresent(squares -> squares.write(picture, one)));
              }
              return made;
            });
    return preparation.flip() && isMirrored ? square.map(Preparation::mirrored) : square;
  }

  /** Returns a picture cut to a size, which is not kept; empty if it cannot be read. */
  private Optional<Rgb8> cut(long picture, Pixels size, SplittableRandom random) {
    double place = random.nextDouble();
    boolean isMirrored = random.nextBoolean();
    double at = preparation.isDrawn() ? place : 0.5;
    Optional<Rgb8> cut = image(picture).map(image -> CenterCrop.cut(image, size, at));
    return preparation.flip() && isMirrored ? cut.map(Preparation::mirrored) : cut;
  }

  private Optional<Image> image(long picture) {
    if (bad.contains(picture)) {
      return Optional.empty();
    }
    try {
      Image image = pictures.image(picture);
      return bad.isSmall(pictures, picture, image) ? Optional.empty() : Optional.of(image);
    } catch (UncheckedIOException e) {
      bad.add(pictures, picture, String.valueOf(e.getMessage()));
      return Optional.empty();
    }
  }

  /** Returns the captions of the first epoch, without empty ones. */
  @Override
  public Stream<String> captions(long seed, long most) {
    return LongStream.range(0, Math.min(most, pictures.size()))
        .mapToObj(index -> caption(seed, index, picture(seed, index)))
        .flatMap(Optional::stream)
        .filter(caption -> !caption.isEmpty());
  }

  private long picture(long seed, long index) {
    long size = pictures.size();
    return new Permutation(size, seed, index / size).at(index % size);
  }

  /** Returns a caption of a picture, which may be empty text; empty if none can be read. */
  private Optional<String> caption(long seed, long index, long picture) {
    try {
      if (kinds.kind() != Classes.Kind.NONE) {
        return Optional.of(kinds.name(pictures, picture));
      }
      List<String> captions = pictures.captions(picture);
      return Optional.of(
          captions.isEmpty() ? "" : captions.get(random(seed, index).nextInt(captions.size())));
    } catch (UncheckedIOException e) {
      bad.add(pictures, picture, String.valueOf(e.getMessage()));
      return Optional.empty();
    }
  }

  /** Hashes seed and number one after the other, so that they are not interchangeable. */
  static SplittableRandom random(long seed, long number) {
    long ofSeed = new SplittableRandom(seed).nextLong();
    return new SplittableRandom(new SplittableRandom(ofSeed ^ number).nextLong());
  }
}
