package io.diffusion4j.spark;

import com.google.common.collect.Iterators;
import io.diffusion4j.clip.ClipEncoders;
import io.diffusion4j.data.files.PictureFiles;
import io.diffusion4j.diffusion.component.TextEncoding;
import io.diffusion4j.diffusion.digest.Sha256;
import io.diffusion4j.diffusion.embedding.Vectors;
import io.diffusion4j.diffusion.image.Image;
import java.io.IOException;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.LongConsumer;
import java.util.stream.Stream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/** Embeds in the process of an executor. Safe for use by all tasks of the process. */
final class PartitionEmbedder {
  private static final StructType COMMON =
      new StructType()
          .add(OutputTable.ID, DataTypes.StringType)
          .add("name", DataTypes.StringType)
          .add("text", DataTypes.StringType)
          .add(OutputTable.ERROR, DataTypes.StringType);

  /** The columns of rows that have an id. */
  static final StructType NAMED = COMMON.add("image", DataTypes.BinaryType);

  private static final StructType VECTORS =
      new StructType()
          .add("sha256", DataTypes.StringType)
          .add("width", DataTypes.IntegerType)
          .add("height", DataTypes.IntegerType)
          .add("image_embedding", DataTypes.createArrayType(DataTypes.FloatType, false))
          .add("text_embedding", DataTypes.createArrayType(DataTypes.FloatType, false))
          .add("cosine", DataTypes.DoubleType);

  /** The columns of embedded rows. */
  static final StructType EMBEDDED =
      new StructType(
          Stream.of(COMMON, VECTORS)
              .flatMap(columns -> Stream.of(columns.fields()))
              .toArray(StructField[]::new));

  private static final OncePerProcess<PartitionEmbedder> EMBEDDERS =
      new OncePerProcess<>(
          arguments -> new PartitionEmbedder(JobLine.parsed(new Embed(), arguments)));

  /** Columns that can name a row, in order of preference. */
  private static final List<String> NAMES = List.of("path", "key", "id", "file_name");

  private final Embed job;
  private final ClipEncoders clip;
  private final String identity;

  /**
   * A row of the input, decoded.
   *
   * @param bytes the file of the picture; null if it has none
   * @param image the picture; empty if there is none, or if it cannot be read
   * @param error why it cannot be embedded; null if it can
   */
  private record Input(
      Row named, byte @Nullable [] bytes, Optional<Image> image, @Nullable String error) {
    static Input of(Row named) {
      byte[] bytes = named.getAs(4);
      if (bytes == null) {
        return new Input(named, null, Optional.empty(), named.getString(3));
      }
      try {
        return new Input(named, bytes, Optional.of(PictureFiles.decode(bytes)), null);
      } catch (IOException e) {
        return new Input(named, bytes, Optional.empty(), "image: " + e.getMessage());
      }
    }

    Optional<String> text() {
      return Optional.ofNullable(named.getString(2));
    }

    /** Returns the row of the output. */
    Row row(float @Nullable [] ofImage, float @Nullable [] ofText) {
      return RowFactory.create(
          named.getString(0),
          named.getString(1),
          named.getString(2),
          error,
          bytes == null ? null : Sha256.hex(bytes),
          image.map(Image::width).orElse(null),
          image.map(Image::height).orElse(null),
          ofImage,
          ofText,
          ofImage == null || ofText == null ? null : Vectors.cosine(ofImage, ofText));
    }
  }

  private PartitionEmbedder(Embed job) {
    this.job = job;
    this.clip = job.clip().open();
    this.identity = job.clip().identityInFormat();
  }

  /** Returns the embedder of this process, for a job with these arguments. */
  static PartitionEmbedder of(List<String> arguments) {
    return EMBEDDERS.of(arguments);
  }

  /** Returns rows of the input with ids, with the columns {@link #NAMED}. */
  Iterator<Row> named(Iterator<Row> rows) {
    return Iterators.transform(rows, this::named);
  }

  private Row named(Row row) {
    byte[] image = bytes(row);
    String text = SparkTables.text(row, job.textColumn());
    String name = name(row);
    String error =
        image == null && text == null ? "row: empty (expected: a picture or a text)" : null;
    String content =
        String.join(
            "\n",
            identity,
            String.valueOf(name),
            image == null ? "" : Sha256.hex(image),
            String.valueOf(text));
    return RowFactory.create(Sha256.hex(content), name, text, error, image);
  }

  private byte @Nullable [] bytes(Row row) {
    int index = SparkTables.index(row, job.imageColumn());
    if (index < 0 || row.isNullAt(index)) {
      return null;
    }
    Object value = row.get(index);
    return value instanceof Row structure ? structure.getAs("bytes") : (byte[]) value;
  }

  private @Nullable String name(Row row) {
    int index = SparkTables.index(row, job.imageColumn());
    if (index >= 0 && row.get(index) instanceof Row structure) {
      return SparkTables.text(structure, "path");
    }
    return NAMES.stream()
        .map(column -> SparkTables.text(row, column))
        .filter(Objects::nonNull)
        .findFirst()
        .orElse(null);
  }

  /**
   * Embeds rows, a batch at once, as the result is read.
   *
   * @param named rows with the columns {@link #NAMED}
   * @param counter receives the numbers of finished rows
   */
  Iterator<Row> embed(Iterator<Row> named, LongConsumer counter) {
    return TaskRows.inBatches(
        named, job.batch(), counter, few -> embedded(few.stream().map(Input::of).toList()));
  }

  private List<Row> embedded(List<Input> inputs) {
    List<Image> images = inputs.stream().flatMap(input -> input.image.stream()).toList();
    List<String> texts = inputs.stream().flatMap(input -> input.text().stream()).toList();
    Iterator<float[]> ofImages =
        images.isEmpty() ? empty() : clip.image().encode(images).iterator();
    Iterator<float[]> ofTexts =
        texts.isEmpty()
            ? empty()
            : clip.text().encode(texts).stream().map(TextEncoding::embedding).iterator();
    return inputs.stream()
        .map(
            input ->
                input.row(
                    input.image.isPresent() ? ofImages.next() : null,
                    input.text().isPresent() ? ofTexts.next() : null))
        .toList();
  }

  private static Iterator<float[]> empty() {
    return Collections.emptyIterator();
  }
}
