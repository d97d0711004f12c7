package io.diffusion4j.unclip.training;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.checkpoint.SchedulerConfig;
import io.diffusion4j.clip.ClipFolders;
import io.diffusion4j.clip.ClipIdentity;
import io.diffusion4j.clip.ClipImageModel;
import io.diffusion4j.clip.ClipTextModel;
import io.diffusion4j.clip.ClipVisionNetwork;
import io.diffusion4j.clip.image.ClipPreprocessor;
import io.diffusion4j.clip.token.ClipTokenizer;
import io.diffusion4j.data.CaptionedImages;
import io.diffusion4j.data.CaptionedImages.CaptionedImage;
import io.diffusion4j.data.DataSet;
import io.diffusion4j.data.ImageEmbedder;
import io.diffusion4j.decoder.backbone.Backbone;
import io.diffusion4j.diffusion.component.ImageEncoder;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.Resize;
import io.diffusion4j.diffusion.process.Parameterization;
import io.diffusion4j.diffusion.schedule.CosineSchedule;
import io.diffusion4j.nn.train.diffusion.NoisedBatch;
import io.diffusion4j.training.ComponentRun;
import io.diffusion4j.training.PartTechniques;
import io.diffusion4j.training.Preview;
import io.diffusion4j.unclip.Defaults;
import io.diffusion4j.unclip.UnclipFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What the training runs of unCLIP's components have in common: the CLIP of the model folder, its
 * embeddings of examples, and schedulers.
 *
 * @param run the training of a component
 */
public record UnclipRun(ComponentRun run) {
  /** T, of every component that denoises. */
  public static final int TRAIN_STEPS = 1000;

  /** The timesteps of {@link PartTechniques#LOW_NOISE}: 1 − ᾱ is at most 0.005. */
  public static final int LOW_NOISE = 40;

  /** The default sampling of trained models, whose weights name a preset. */
  static final Defaults SAMPLING = new Defaults(true);

  UnclipPreset preset() {
    return run.preset().of(UnclipPreset.class);
  }

  /** Returns the shapes of the networks that the training reads and writes. */
  public Shapes shapes() {
    return new Shapes(this);
  }

  /** Reads the settings of a scheduler in a folder; empty if there are none. */
  public static Optional<SchedulerConfig> scheduler(Path folder) {
    return Optional.of(folder.resolve(SchedulerConfig.FILE_NAME))
        .filter(Files::exists)
        .map(file -> SchedulerConfig.readUnclip(String.valueOf(folder.getFileName()), file));
  }

  /** Returns the technique of a prediction type. */
  public static Map<String, String> predicting(Parameterization parameterization) {
    return PartTechniques.predicting(parameterization);
  }

  /** Returns the identity of the model's CLIP, of a training on its embeddings. */
  Map<String, String> clip() {
    return Map.of("clip", ClipIdentity.of(run.layout().clip()));
  }

  /** Examples of a data set in the size of CLIP's input, in the order of this training's seed. */
  public CaptionedImages examples(DataSet data) {
    return data.examples(shapes().vision().imageSize(), run.config().seed());
  }

  /**
   * Examples in the size of CLIP's input, in the order of the preset's seed. Statistics use this
   * order whatever the seed of the training, so that weights keep their meaning if another run
   * starts from them.
   */
  public CaptionedImages examples(long seed) {
    return run.setup().data().examples(shapes().vision().imageSize(), seed);
  }

  /** Returns the number of previews of a data set. */
  int previews(DataSet data) {
    return (int) Math.min(Preview.COUNT, data.size().orElse(Preview.COUNT));
  }

  /** Pairs pictures with what was drawn of them, in the size of the latter. */
  static List<Preview> previews(List<CaptionedImage> pictures, List<Image> drawn) {
    List<Preview> previews = new ArrayList<>();
    for (int i = 0; i < drawn.size(); i++) {
      var picture = pictures.get(i);
      Image image = drawn.get(i);
      Image real = Resize.area(picture.image(), image.width(), image.height());
      previews.add(new Preview(picture.caption(), real, image));
    }
    return previews;
  }

  /**
   * Returns the source of a data set's image embeddings: stored ones, or a tower.
   *
   * @throws IllegalArgumentException if the stored embeddings belong to another CLIP
   */
  public ImageEmbedder embedder(DataSet data, ImageEncoder tower) {
    var known = data.embeddings();
    known
        .flatMap(ImageEmbedder::clip)
        .ifPresent(clip -> FrozenClip.requireIdentity("embeddings", clip, run.layout().clip()));
    return known.orElseGet(() -> ImageEmbedder.by(tower));
  }

  /** Returns the noising of pictures for a network, at uniform timesteps. */
  NoisedBatch pixelNoise(Backbone network) {
    return new NoisedBatch(
        new CosineSchedule(TRAIN_STEPS),
        run.technique(PartTechniques.PREDICTION),
        run.technique(PartTechniques.WEIGHTING),
        network::sinusoid);
  }

  /** Returns the preprocessing for the model's image tower. */
  private ClipPreprocessor preprocessor(ClipVisionNetwork network) {
    Path file = run.folder(UnclipFolder.FEATURE_EXTRACTOR).resolve(UnclipFolder.PREPROCESSOR);
    try {
      return Files.exists(file)
          ? ClipPreprocessor.load(file)
          : ClipPreprocessor.clip(network.imageSize());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file + ": " + e, e);
    }
  }

  /** Opens CLIP's text tower, in the precision of the training run. */
  public ClipTextModel textModel() {
    Path folder = run.folder(UnclipFolder.TEXT_ENCODER);
    try (var checkpoint = Checkpoint.open(folder, Checkpoint.TRANSFORMERS)) {
      checkpoint.requireIntact();
      return new ClipTextModel(
          tokenizer(run.layout().clip()),
          ClipFolders.readText(folder),
          checkpoint.only(ClipFolders::isParameter),
          run.config().compute());
    }
  }

  /** Returns CLIP's image tower in the same precision, which is loaded on first use. */
  public ImageTower imageTower() {
    return new ImageTower(this::imageModel);
  }

  private ClipImageModel imageModel() {
    Path folder = run.folder(UnclipFolder.IMAGE_ENCODER);
    try (var checkpoint = Checkpoint.open(folder, Checkpoint.TRANSFORMERS)) {
      checkpoint.requireIntact();
      var network = ClipFolders.readVision(folder);
      return new ClipImageModel(
          preprocessor(network),
          network,
          checkpoint.only(ClipFolders::isParameter),
          run.config().compute());
    }
  }

  /** Returns the tokenizer of a pipeline folder. */
  static ClipTokenizer tokenizer(Path model) {
    try {
      return ClipTokenizer.load(model.resolve("tokenizer"));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the tokenizer of " + model + ": " + e, e);
    }
  }

  /**
   * Writes the settings of a scheduler: those of the model that the training started from, or else
   * the given ones, with the prediction that was trained.
   */
  void writeScheduler(String component, SchedulerConfig defaults) {
    run.start()
        .flatMap(first -> scheduler(first.component(component)))
        .filter(first -> first.kind().isFlow() == defaults.kind().isFlow())
        .orElse(defaults)
        .withParameterization(run.technique(PartTechniques.FLOW_PREDICTION))
        .write(run.made(component).resolve(SchedulerConfig.FILE_NAME));
  }

  /**
   * CLIP's image tower in a training, loaded when a picture is first embedded, and therefore never
   * with stored embeddings. Thread-safe.
   */
  public static final class ImageTower implements ImageEncoder, AutoCloseable {
    private final Supplier<ClipImageModel> opening;
    private @Nullable ClipImageModel opened;

    ImageTower(Supplier<ClipImageModel> opening) {
      this.opening = opening;
    }

    @Override
    public List<float[]> encode(List<Image> images) {
      return opened().encode(images);
    }

    /** Embeds the image that represents an absent image. */
    public float[] ofNothing() {
      return opened().ofNothing();
    }

    private synchronized ClipImageModel opened() {
      if (opened == null) {
        opened = opening.get();
      }
      return opened;
    }

    @Override
    public synchronized void close() {
      if (opened != null) {
        opened.close();
        opened = null;
      }
    }
  }
}
