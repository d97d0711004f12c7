package io.diffusion4j.spark;

import static java.util.stream.Collectors.groupingBy;

import com.google.common.collect.Iterators;
import io.diffusion4j.cli.options.SamplingOptions;
import io.diffusion4j.client.Recipes;
import io.diffusion4j.diffusion.digest.Sha256;
import io.diffusion4j.diffusion.filter.Filters;
import io.diffusion4j.diffusion.filter.Moderation;
import io.diffusion4j.diffusion.filter.Verdict;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.ImageFiles;
import io.diffusion4j.diffusion.pipeline.ImagePipeline;
import io.diffusion4j.diffusion.pipeline.ImageTask;
import io.diffusion4j.diffusion.stage.SamplingListener;
import io.diffusion4j.provenance.Provenance;
import io.diffusion4j.serving.request.DirectRequest;
import io.diffusion4j.serving.request.FilterMessages;
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
final class Painter {
  private static final OncePerProcess<Painter> PAINTERS =
      new OncePerProcess<>(arguments -> new Painter(JobLine.parsed(new Generate(), arguments)));

  private final Generate job;
  private final ImagePipeline pipeline;
  private final Map<String, StageOptions> options;
  private final Provenance provenance;

  private Painter(Generate job) {
    this.job = job;
    this.pipeline = job.open().pipeline();
    this.options = job.sampling().byStage(pipeline.card());
    this.provenance = job.provenance();
    checkOptions();
  }

  /** Fails the whole job for options that suit no row. */
  private void checkOptions() {
    boolean hasWords = pipeline.card().tasks().contains(ImageTask.Kind.TEXT_TO_IMAGE);
    ImageTask any =
        hasWords ? ImageTask.of("anything") : new ImageTask.Unconditional(OptionalInt.empty());
    DirectRequest.settings(pipeline, any, options, SamplingOptions::nameOf);
  }

  /** Returns the painter of this process, for a job with these arguments. */
  static Painter of(List<String> arguments) {
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
          DirectRequest.of(
              pipeline,
              asked.request().putAllStages(options).addSeeds(asked.seedOrOwn()).build(),
              SamplingOptions::nameOf,
              provenance);
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
        PlannedPicture picture = PlannedPicture.of(row, pipeline, provenance);
        folder
            .flatMap(files -> files.read(file(picture)))
            .ifPresentOrElse(png -> rows.add(existing(picture, png)), () -> missing.add(picture));
      }
    }
    missing.stream()
        .collect(groupingBy(Painter::shared))
        .forEach((task, batch) -> rows.addAll(drawn(task, batch, folder)));
    return rows;
  }

  /** Returns the task without its words; the pictures of a batch may differ in words. */
  private static ImageTask shared(PlannedPicture picture) {
    ImageTask task = picture.request().task();
    return task instanceof ImageTask.TextToImage ? ImageTask.of("") : task;
  }

  private List<Row> drawn(
      ImageTask shared, List<PlannedPicture> batch, Optional<HadoopFolder> folder) {
    ImageTask task =
        shared instanceof ImageTask.TextToImage
            ? new ImageTask.TextToImage(batch.stream().map(PlannedPicture::words).toList())
            : shared;
    List<Image> images =
        pipeline.draw(
            task,
            batch.get(0).request().settings(), // those of the job
            batch.stream().map(PlannedPicture::noise).toList(),
            SamplingListener.NONE);
    List<Verdict> verdicts =
        pipeline.filters().judge(images, Moderation.AUTO, Filters.Listener.NONE);
    List<Row> rows = new ArrayList<>(batch.size());
    for (int i = 0; i < batch.size(); i++) {
      rows.add(kept(batch.get(i), images.get(i), verdicts.get(i), folder));
    }
    return rows;
  }

  private static Row kept(
      PlannedPicture picture, Image image, Verdict verdict, Optional<HadoopFolder> folder) {
    var refusal = verdict.refusal();
    if (refusal.isPresent()) {
      return picture.refused(FilterMessages.message(refusal.get(), verdict.moderation()));
    }
    byte[] png = picture.request().file(0, image, verdict).getData().toByteArray();
    if (folder.isEmpty()) {
      return picture.drawn(image, png, png);
    }
    folder.get().write(file(picture), png);
    return picture.drawn(image, png, file(picture));
  }

  /** Returns the row of a picture that an earlier run or attempt has written. */
  private static Row existing(PlannedPicture picture, byte[] png) {
    try {
      return picture.drawn(ImageFiles.read(png, Integer.MAX_VALUE), png, file(picture));
    } catch (IOException e) {
      throw new UncheckedIOException(file(picture) + ": " + e.getMessage(), e);
    }
  }

  /** Returns the name of a picture's file; subfolders by digests have about equally many files. */
  private static String file(PlannedPicture picture) {
    return Sha256.hex(picture.id()).substring(0, 2) + "/" + picture.id() + ".png";
  }
}
