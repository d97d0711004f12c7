package io.diffusion4j.cli.evaluate;

import io.diffusion4j.cli.console.Console;
import io.diffusion4j.cli.options.EmojiModel;
import io.diffusion4j.cli.options.ExampleOptions;
import io.diffusion4j.cli.options.ModelOptions;
import io.diffusion4j.data.CaptionedImages;
import io.diffusion4j.data.files.PictureFiles;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.image.Resize;
import io.diffusion4j.diffusion.loss.BitsPerDimension.Bound;
import io.diffusion4j.diffusion.noise.PhiloxNoise;
import io.diffusion4j.diffusion.schedule.SectionSpacing;
import io.diffusion4j.diffusion.schedule.Timesteps;
import io.diffusion4j.emoji.scene.Split;
import io.diffusion4j.emoji.train.PresetPictures;
import io.diffusion4j.pipeline.Residency;
import io.diffusion4j.unclip.ModelFacts;
import io.diffusion4j.unclip.UnclipFamily;
import io.diffusion4j.unclip.UnclipModel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code diffusion4j nll}: how likely pictures are under a model's decoder. */
@Command(
    name = "nll",
    description = "Measure how likely pictures are under a model's decoder, in bits per dimension.",
    footer = {
      "",
      "What is computed is the variational bound, an upper bound on the negative log-likelihood of",
      "the 8-bit pixels at the decoder's size, given each picture's own CLIP embedding and"
          + " caption.",
      "",
      "Example:",
      "  diffusion4j nll --count 8 --steps 100 --json nll.json"
    })
public final class NllCommand implements Callable<Integer> {
  /** The names that splits have on the command line. */
  enum Pictures {
    style(Split.HELD_OUT_STYLE),
    background(Split.HELD_OUT_BACKGROUND),
    count(Split.HELD_OUT_COUNT),
    relation(Split.HELD_OUT_RELATION),
    train(Split.TRAIN);

    final Split split;

    Pictures(Split split) {
      this.split = split;
    }
  }

  @Mixin private Console console = new Console();

  @Option(
      names = "--count",
      paramLabel = "N",
      description = "How many pictures. Default: 16, or all of the folder")
  private @Nullable Integer count;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "0",
      description = "Of pictures and noise. Default: ${DEFAULT-VALUE}")
  private long seed;

  @Option(
      names = "--steps",
      paramLabel = "SPEC",
      defaultValue = "",
      description =
          "Timesteps of the chain: a number such as 100, section counts such as 10,10,3,2,2, ddimN"
              + " or fast27. Fewer are faster and a worse model. Default: all of the training")
  private String steps = "";

  @Option(
      names = "--split",
      paramLabel = "NAME",
      defaultValue = "style",
      description =
          "Which emoji pictures, by what of them was never trained on: style, background, count or"
              + " relation; train for those that may have been. Default: ${DEFAULT-VALUE}")
  private Pictures pictures = Pictures.style;

  @Option(
      names = "--images",
      paramLabel = "DIR",
      description =
          "Measure the PNG and JPEG files of this folder instead; NAME.txt beside NAME.png is its"
              + " caption.")
  private @Nullable Path images;

  @Option(names = "--json", paramLabel = "FILE", description = "Write the figures here too.")
  private @Nullable Path json;

  @ArgGroup(validate = false, heading = "%nModel:%n")
  private ModelOptions model = new ModelOptions();

  @Override
  public Integer call() {
    check();
    PictureFiles folder = images == null ? null : PictureFiles.folder("images", images);
    int size = folder != null ? ExampleOptions.size(folder, count) : count != null ? count : 16;
    UnclipFamily.require(model.folder());
    console.say("loading " + model.folder());
    try (var loaded =
        UnclipModel.load(
            model.folder(), model.measuring(), Residency.ALWAYS, model.loras().files())) {
      Timesteps timesteps = timesteps(loaded.decoderLikelihood().trainSteps());
      ModelFacts facts = ModelFacts.of(model.folder());
      var source = folder == null ? heldOut(facts) : folder.inOrder();
      var report =
          new NllReport(
              facts.name(),
              facts.digest(),
              images == null ? "emoji, split " + pictures : images.toString(),
              seed,
              loaded.decoderLikelihood().imageSize(),
              measure(loaded, source, size, timesteps));
      report.print(console.out());
      if (json != null) {
        report.write(json);
      }
    }
    return 0;
  }

  /** Everything that can be wrong without a model, before one is loaded. */
  private void check() {
    Check.that(count == null || count >= 1, "count", count, "≥ 1");
    Check.that(seed >= 0, "seed", seed, "≥ 0");
    if (json != null) {
      Path parent = json.toAbsolutePath().getParent();
      Check.that(
          parent != null && Files.isDirectory(parent) && !Files.isDirectory(json),
          "json",
          json,
          "a file in a folder that is there");
    }
  }

  private Timesteps timesteps(int trainSteps) {
    Timesteps chosen = SectionSpacing.parse(trainSteps, steps);
    Check.that(chosen.size() >= 2, "steps", steps, "at least 2");
    return chosen;
  }

  private CaptionedImages heldOut(ModelFacts facts) {
    Check.that(
        !facts.name().equals(ModelFacts.NAMELESS),
        "images",
        "none",
        "a folder, for a model that was not trained on emoji");
    return PresetPictures.of(
        EmojiModel.trained(facts.folder(), facts.name()), pictures.split, seed);
  }

  private List<Bound> measure(
      UnclipModel loaded, CaptionedImages source, int size, Timesteps timesteps) {
    var likelihood = loaded.decoderLikelihood();
    int side = likelihood.imageSize();
    List<Bound> bounds = new ArrayList<>();
    try (var bar = console.bars().bar("nll", 0, (long) size * timesteps.size())) {
      for (int i = 0; i < size; i++) {
        var example = source.get(i);
        long before = (long) i * timesteps.size();
        String soFar = soFar(bounds);
        bounds.add(
            likelihood.of(
                Resize.area(example.image(), side, side),
                loaded.imageEncoder().encode(List.of(example.image())).get(0),
                loaded.textEncoder().encode(List.of(example.caption())).get(0),
                timesteps,
                new PhiloxNoise(seed, i),
                done -> bar.at(before + done, soFar)));
      }
    }
    return bounds;
  }

  private static String soFar(List<Bound> bounds) {
    return bounds.isEmpty()
        ? ""
        : String.format(
            Locale.ROOT,
            "%.3f bits per dimension",
            bounds.stream().mapToDouble(Bound::total).average().orElseThrow());
  }
}
