package io.diffusion4j.spark;

import io.diffusion4j.data.PictureSet;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.Png;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongConsumer;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroup;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the shards of a set of pictures, in the process of an executor. Safe for use by all tasks
 * of the process.
 */
final class PictureShards {
  private static final Logger LOG = LoggerFactory.getLogger(PictureShards.class);

  private static final OncePerProcess<PictureShards> SHARDS =
      new OncePerProcess<>(
          arguments -> new PictureShards(JobLine.parsed(new Prepare(), arguments)));

  /**
   * The columns of a picture: its PNG file with its key, as in Hugging Face's data sets, and its
   * captions.
   */
  private static final MessageType SCHEMA =
      MessageTypeParser.parseMessageType(
          """
          message picture {
            required group image {
              required binary bytes;
              required binary path (STRING);
            }
            required group text (LIST) {
              repeated group list {
                required binary element (STRING);
              }
            }
          }
          """);

  /**
   * The number of pictures in a page: few, since the reader of one picture reads its whole page.
   */
  private static final int PICTURES_IN_A_PAGE = 16;

  private final Prepare job;
  private final PictureSet pictures;

  private PictureShards(Prepare job) {
    this.job = job;
    this.pictures = job.open(); // as long as the process
  }

  /** Returns the shards of this process, for a job with these arguments. */
  static PictureShards of(List<String> arguments) {
    return SHARDS.of(arguments);
  }

  /** Returns the name of a shard's file, from 0. */
  static String name(long number, long shards) {
    return "part-%05d-of-%05d.parquet".formatted(number, shards);
  }

  /** Returns the number of shards. */
  static long count(long pictures, int shard) {
    return (pictures + shard - 1) / shard;
  }

  /** Returns the number of pictures of all shards. */
  long pictures() {
    return pictures.size();
  }

  /**
   * Writes a shard. Pictures that cannot be read are left out.
   *
   * @param number the number of the shard, from 0
   * @param all the number of pictures, as the driver found it
   * @param counter receives the numbers of finished pictures
   */
  void write(long number, long all, HadoopFolder folder, LongConsumer counter) {
    Check.that(
        pictures.size() == all, "data", pictures.size() + " pictures", "%d, as on the driver", all);
    long from = number * job.shard();
    long to = Math.min(all, from + job.shard());
    long shards = count(all, job.shard());
    folder.create(
        name(number, shards),
        (path, configuration) -> {
          try (var writer =
              ExampleParquetWriter.builder(path)
                  .withConf(configuration)
                  .withType(SCHEMA)
                  .withCompressionCodec(CompressionCodecName.UNCOMPRESSED) // PNGs are compressed
                  .withPageRowCountLimit(PICTURES_IN_A_PAGE)
                  .build()) {
            for (long index = from; index < to; index++) {
              Optional<byte[]> png = png(index);
              if (png.isPresent()) {
                writer.write(row(index, png.get()));
              }
              counter.accept(1);
            }
          }
        });
  }

  private Group row(long index, byte[] png) {
    Group row = new SimpleGroup(SCHEMA);
    Group image = row.addGroup("image");
    image.add("bytes", Binary.fromConstantByteArray(png));
    image.add("path", pictures.key(index));
    Group texts = row.addGroup("text");
    pictures.captions(index).forEach(caption -> texts.addGroup("list").add("element", caption));
    return row;
  }

  /** Returns the file of a picture; empty if it cannot be read. */
  private Optional<byte[]> png(long index) {
    try {
      Image image =
          job.size().isPresent() ? pictures.square(index, job.size().get()) : pictures.image(index);
      return Optional.of(Png.encode(image, Map.of()));
    } catch (UncheckedIOException e) {
      LOG.warn("{}: {}", pictures.key(index), e.getMessage());
      return Optional.empty();
    }
  }
}
