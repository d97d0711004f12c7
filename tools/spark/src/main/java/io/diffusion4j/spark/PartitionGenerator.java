package io.diffusion4j.spark;

import com.google.common.collect.Iterators;
import io.diffusion4j.cli.options.SamplingOptions;
import io.diffusion4j.client.Generation;
import io.diffusion4j.client.GenerationClient.ProgressListener;
import io.diffusion4j.client.Recipes;
import io.diffusion4j.diffusion.digest.Sha256;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.ImageFiles;
import io.diffusion4j.diffusion.pipeline.ImagePipeline;
import io.diffusion4j.diffusion.pipeline.ImageTask;
import io.diffusion4j.serving.request.DirectGenerator;
import io.diffusion4j.serving.v1.ImageMetadata;
import io.diffusion4j.serving.v1.StageOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.LongConsumer;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;

/** Draws in the process of an executor. Safe for use by all tasks of the process. */
final class PartitionGenerator {
  private static final OncePerProcess<PartitionGenerator> PAINTERS =
      new OncePerProcess<>(
          arguments -> new PartitionGenerator(JobLine.parsed(new Generate(), arguments)));

  private final Generate job;
  private final ImagePipeline pipeline;
  private final Map<String, StageOptions> options;
  private final DirectGenerator generator;

  private PartitionGenerator(Generate job) {
    this.job = job;
    this.pipeline = job.open().pipeline();
    this.options = job.sampling().byStage(pipeline.card());
    this.generator = new DirectGenerator(pipeline, job.provenance(), SamplingOptions::nameOf);
    checkOptions();
  }

  /** Fails the whole job for options that suit no row. */
  private void checkOptions() {
    boolean hasWords = pipeline.card().tasks().contains(ImageTask.Kind.TEXT_TO_IMAGE);
    ImageTask any =
        hasWords ? ImageTask.of("anything") : new ImageTask.Unconditional(OptionalInt.empty());
    DirectGenerator.settings(pipeline, any, options, SamplingOptions::nameOf);
  }

  /** Returns the painter of this process, for a job with these arguments. */
  static PartitionGenerator of(List<String> arguments) {
    return PAINTERS.of(arguments);
  }

  /** Returns the pictures of rows of prompts, with the columns {@link PlannedPicture#PLANNED}. */
  Iterator<Row> plan(Iterator<Row> rows) {
    return Iterators.concat(Iterators.transform(rows, row -> planned(row).iterator()));
  }

  private List<Row> planned(Row row) {
    try {
      PromptRow asked = PromptRow.of(row, job.needsWords(), job.seed(), job.count());
      var request =
          generator.resolve(
              asked.request().putAllStages(options).addSeeds(asked.seedOrOwn()).build());
      List<Row> pictures = new ArrayList<>(asked.count());
      for (int image = 0; image < asked.count(); image++) {
        String recipe = Recipes.toJson(request.recipe(image));
        pictures.add(RowFactory.create(asked.id(image, recipe), recipe, null));
      }
      return pictures;
    } catch (IllegalArgumentException e) {
      String id = Sha256.hex(row.mkString("\n"));
      return List.of(RowFactory.create(id, null, e.getMessage()));
    }
  }

  /**
   * Draws pictures, a few at once, as the result is read.
   *
   * @param planned rows with the columns {@link PlannedPicture#PLANNED}
   * @param folder for the files; empty if the bytes are put into the table
   * @param counter receives the numbers of finished pictures
   */
  Iterator<Row> draw(Iterator<Row> planned, Optional<HadoopFolder> folder, LongConsumer counter) {
    return TaskRows.inBatches(planned, job.rows(), counter, few -> drawn(few, folder));
  }

  private List<Row> drawn(List<Row> planned, Optional<HadoopFolder> folder) {
    List<Row> rows = new ArrayList<>(planned.size());
    List<PlannedPicture> missing = new ArrayList<>();
    for (Row row : planned) {
      if (row.isNullAt(1)) {
        rows.add(PlannedPicture.failed(row));
      } else {
        PlannedPicture picture = PlannedPicture.of(row);
        folder
            .flatMap(files -> files.read(file(picture)))
            .ifPresentOrElse(png -> rows.add(existing(picture, png)), () -> missing.add(picture));
      }
    }
    Iterator<PlannedPicture> next = missing.iterator();
    generator.generateAll(
        missing.stream().map(PlannedPicture::request).toList(),
        ProgressListener.NONE,
        generation -> rows.add(kept(next.next(), generation.images().get(0), folder)));
    return rows;
  }

  private static Row kept(
      PlannedPicture picture, Generation.Picture drawn, Optional<HadoopFolder> folder) {
    ImageMetadata about = drawn.metadata();
    if (drawn.isRefused()) {
      return picture.refused(about.getRefusal().getMessage());
    }
    byte[] png = drawn.png();
    folder.ifPresent(files -> files.write(file(picture), png));
    Object place = folder.isEmpty() ? png : file(picture);
    return picture.drawn(about.getWidth(), about.getHeight(), png, place);
  }

  /** Returns the row of a picture that an earlier run or attempt has written. */
  private static Row existing(PlannedPicture picture, byte[] png) {
    try {
      Image image = ImageFiles.read(png, Integer.MAX_VALUE);
      return picture.drawn(image.width(), image.height(), png, file(picture));
    } catch (IOException e) {
      throw new UncheckedIOException(file(picture) + ": " + e.getMessage(), e);
    }
  }

  /** Returns the name of a picture's file; subfolders by digests have about equally many files. */
  private static String file(PlannedPicture picture) {
    return Sha256.hex(picture.id()).substring(0, 2) + "/" + picture.id() + ".png";
  }
}
