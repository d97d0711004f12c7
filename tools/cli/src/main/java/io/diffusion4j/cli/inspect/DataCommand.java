package io.diffusion4j.cli.inspect;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.diffusion4j.cli.console.Console;
import io.diffusion4j.cli.console.FailureHandler;
import io.diffusion4j.cli.console.ProgressBars;
import io.diffusion4j.cli.options.CommonOptions;
import io.diffusion4j.cli.options.PictureColumns;
import io.diffusion4j.cli.options.PublishedModel;
import io.diffusion4j.data.BadPictures;
import io.diffusion4j.data.PictureSet;
import io.diffusion4j.data.Prefetcher;
import io.diffusion4j.data.files.CleanCopy;
import io.diffusion4j.data.files.PictureFiles;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.image.ContactSheet;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.OutputFile;
import io.diffusion4j.diffusion.image.Png;
import io.diffusion4j.evaluation.DataSetStatistics;
import io.diffusion4j.evaluation.DataSetStatisticsCollector;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code diffusion4j data}: checks a data set. */
@Command(
    name = "data",
    description = {
      "Check all pictures and captions of a data set: sizes, words, duplicates, "
          + "unreadable files.",
      "The exit status is 1 if more than 5 %% of the pictures are unreadable; "
          + "train would refuse such data."
    },
    footer = {
      "",
      "Example:",
      "  diffusion4j data pictures --sheet sheet.png",
      "  diffusion4j data pictures --fix clean",
      "  diffusion4j data '{00000..00009}.tar' --model training/emoji/model --json report.json"
    })
public final class DataCommand implements Callable<Integer> {
  /** The number of pictures in progress, per thread. */
  private static final int DEPTH = 4;

  @Mixin private Console console = new Console();

  @Parameters(
      paramLabel = "PATH",
      arity = "1..*",
      description =
          "A folder, a list, Parquet files or tar shards, in any layout that --data of "
              + "train accepts.")
  private List<String> paths = List.of();

  @Mixin private PictureColumns columns = new PictureColumns();

  @Option(
      names = "--model",
      paramLabel = "DIR",
      description =
          "Also count the captions that are too long for this model's tokenizer, and "
              + "the caption words that do not occur in its training captions.")
  private @Nullable Path model;

  @Option(
      names = "--sheet",
      paramLabel = "FILE",
      description =
          "Write a PNG contact sheet of up to 64 pictures, spaced evenly over the data set.")
  private @Nullable Path sheet;

  @Option(
      names = "--fix",
      paramLabel = "DIR",
      description =
          "Write a cleaned copy to this new folder: all readable pictures without "
              + "duplicates, each with its caption in a UTF-8 text file.")
  private @Nullable Path fixed;

  @Mixin private CommonOptions.JsonFile json = new CommonOptions.JsonFile();

  @Option(
      names = "--data-threads",
      paramLabel = "N",
      description = "The number of threads that decode pictures. Default: the number of processors")
  private int threads = Runtime.getRuntime().availableProcessors();

  @Override
  public Integer call() {
    Check.that(threads >= 1, "data-threads", threads, "≥ 1");
    Optional<OutputFile> sheetFile =
        Optional.ofNullable(sheet).map(file -> new OutputFile("sheet", file));
    Optional<OutputFile> jsonFile = json.path().map(file -> new OutputFile("json", file));
    sheetFile.ifPresent(OutputFile::requirePng);
    jsonFile.ifPresent(OutputFile::requireWritable);
    Optional.ofNullable(fixed).ifPresent(CleanCopy::requireEmpty);
    Optional<DataSetStatisticsCollector.Model> reader =
        Optional.ofNullable(model)
            .map(PublishedModel::folder)
            .map(DataSetStatisticsCollector.Model::of);
    try (PictureFiles pictures = PictureFiles.open("data", paths, columns.columns())) {
      DataSetStatistics survey = survey(pictures, reader);
      SurveyFormat.text(survey, pictures.notRead(), console.out());
      jsonFile.ifPresent(
          file -> file.write(SurveyFormat.json(survey, pictures.notRead()).getBytes(UTF_8)));
      sheetFile.ifPresent(file -> file.write(Png.encode(sheet(pictures), Map.of())));
      if (fixed != null) {
        fix(pictures, fixed);
        return 0;
      }
      return survey.brokenShare() > BadPictures.DEFAULT_MAX ? FailureHandler.FAILED : 0;
    }
  }

  private void fix(PictureFiles pictures, Path folder) {
    try (ProgressBars.Bar bar = console.bars().bar("copying", 0, pictures.size())) {
      var copy = CleanCopy.write(pictures, folder, "", threads, done -> bar.at(done, ""));
      long twice = copy.duplicates().stream().mapToInt(group -> group.size() - 1).sum();
      console.printf(
          "%s: %d pictures; left out: %d unreadable, %d duplicates%s",
          folder,
          copy.pictures(),
          copy.unreadable().size(),
          twice,
          copy.captions().counts().isEmpty() ? "" : "; captions changed: " + copy.captions());
    }
  }

  private DataSetStatistics survey(
      PictureSet pictures, Optional<DataSetStatisticsCollector.Model> reader) {
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    try (ProgressBars.Bar bar = console.bars().bar("pictures", 0, pictures.size())) {
      var surveyor = new DataSetStatisticsCollector(pictures, reader);
      long last = pictures.size() - 1;
      var looks = new Prefetcher<>(i -> surveyor.look(Math.min(i, last)), pool, DEPTH * threads);
      for (long i = 0; i <= last; i++) {
        surveyor.note(i, looks.get(i));
        bar.at(i + 1, "");
      }
      return surveyor.survey();
    } finally {
      pool.shutdownNow();
    }
  }

  /** Returns evenly spaced readable pictures. */
  private static Image sheet(PictureSet pictures) {
    int most = 64;
    long count = Math.min(most, pictures.size());
    List<Image> images = new ArrayList<>();
    for (long i = 0; i < count; i++) {
      try {
        images.add(pictures.square(i * pictures.size() / count, 128));
      } catch (UncheckedIOException e) {
        // It is in the list of broken pictures.
      }
    }
    return ContactSheet.of(images, 8);
  }
}
