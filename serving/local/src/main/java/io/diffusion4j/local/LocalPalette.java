package io.diffusion4j.local;

import static com.google.common.io.RecursiveDeleteOption.ALLOW_INSECURE;

import com.google.common.io.MoreFiles;
import com.google.common.util.concurrent.ThreadFactoryBuilder;
import com.google.rpc.Code;
import io.diffusion4j.clip.embed.IndexUpdate;
import io.diffusion4j.data.BadPictures;
import io.diffusion4j.data.PictureSet;
import io.diffusion4j.data.Preparation;
import io.diffusion4j.data.Shuffled;
import io.diffusion4j.data.files.PictureFiles;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.component.ImageEncoder;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.Png;
import io.diffusion4j.diffusion.image.Resize;
import io.diffusion4j.diffusion.pipeline.Embedder;
import io.diffusion4j.nn.engine.Engines;
import io.diffusion4j.nn.train.KeyPatterns;
import io.diffusion4j.nn.train.LowRank;
import io.diffusion4j.nn.train.Trainer;
import io.diffusion4j.nn.train.TrainingConfig;
import io.diffusion4j.nn.train.TrainingRun;
import io.diffusion4j.search.VectorIndex;
import io.diffusion4j.serving.config.ServerConfig.PaletteSettings;
import io.diffusion4j.serving.errors.Errors;
import io.diffusion4j.serving.model.Palette;
import io.diffusion4j.training.ModelTraining;
import io.diffusion4j.training.Preset;
import io.diffusion4j.training.TrainableComponent;
import io.diffusion4j.training.TrainableFamily;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A palette of model folders: its index and its trained updates are in the folder of the pictures,
 * so that they are there after a restart.
 */
final class LocalPalette implements Palette, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LocalPalette.class);

  private static final String INDEX_FOLDER = ".diffusion4j-index";
  private static final String UPDATES = ".diffusion4j-loras";
  private static final String SUFFIX = ".safetensors";

  /** Height and width of a picture that is shown or drawn from, at most. */
  private static final int MAX_SIDE = 512;

  /** The pictures in a batch of the index; they and those of the next are decoded, at full size. */
  private static final int EMBEDDED_AT_ONCE = 2;

  /** The pictures that may be requested at once: each request keeps a thread waiting. */
  private static final int MAX_REQUESTED = 64;

  private static final Duration RETRY = Duration.ofSeconds(1);
  private static final int RANK = 8;
  private static final int BATCH = 4;
  private static final double RATE = 5e-4;
  private static final KeyPatterns TARGETS = KeyPatterns.of("to_q,to_k,to_v,to_out.0");

  /** The components that draw pictures, by their names in a training; a model has one of them. */
  private static final List<String> DRAWING = List.of("decoder", "latent");

  private final PaletteSettings settings;
  private final ServedIndices indices;
  private final VectorIndex index;
  private final LocalModels models;
  private final ExecutorService worker =
      Executors.newSingleThreadExecutor(
          new ThreadFactoryBuilder().setNameFormat("palette").setDaemon(true).build());

  private final Object decoding = new Object();
  private final Semaphore requested = new Semaphore(MAX_REQUESTED);
  private volatile Pictures pictures = new Pictures(Optional.empty(), Map.of());

  // The following fields are guarded by this.
  private State latest;
  private boolean stopping;
  private Runnable stop = () -> {};

  /** The pictures of the folder, and their indices by name. */
  private record Pictures(Optional<PictureSet> all, Map<String, Long> places) {
    static Pictures of(PictureSet set) {
      Map<String, Long> places = new HashMap<>();
      LongStream.range(0, set.size()).forEach(i -> places.put(set.key(i), i));
      return new Pictures(Optional.of(set), Map.copyOf(places));
    }
  }

  /** The work of a job. */
  private interface Work {
    void run() throws IOException;
  }

  private LocalPalette(PaletteSettings settings, ServedIndices indices, LocalModels models) {
    this.settings = settings;
    this.indices = indices;
    this.models = models;
    index = indices.openOwn(INDEX, settings.pictures().resolve(INDEX_FOLDER));
    latest = new State(0, "", false, 0, 0, "", settings.trainSteps());
  }

  /**
   * Opens a folder with its index and its updates, and begins to index it.
   *
   * @throws IllegalArgumentException if it is no folder, or no model embeds pictures
   */
  static LocalPalette open(PaletteSettings settings, ServedIndices indices, LocalModels models) {
    Check.that(
        Files.isDirectory(settings.pictures()),
        "palette.pictures",
        settings.pictures(),
        "a folder");
    var palette = new LocalPalette(settings, indices, models);
    palette.registerUpdates();
    var unused = palette.index(); // its state shows the end
    return palette;
  }

  private void registerUpdates() {
    if (!Files.isDirectory(updates())) {
      return;
    }
    try (Stream<Path> files = Files.list(updates())) {
      for (Path file : files.filter(path -> path.toString().endsWith(SUFFIX)).sorted().toList()) {
        String name = file.getFileName().toString();
        if (!models.register(name.substring(0, name.length() - SUFFIX.length()), file)) {
          LOG.warn("{} fits none of the served models", file);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + updates() + ": " + e, e);
    }
  }

  private Path updates() {
    return settings.pictures().resolve(UPDATES);
  }

  @Override
  public synchronized State state() {
    return new State(
        index.count(),
        latest.job(),
        latest.running(),
        latest.done(),
        latest.total(),
        latest.failure(),
        latest.maxSteps());
  }

  private synchronized void report(String job, boolean running, long done, long total, String why) {
    latest = new State(0, job, running, done, total, why, settings.trainSteps());
  }

  private synchronized CompletableFuture<Void> begin(String job, long total, Work work) {
    if (latest.running()) {
      throw Errors.of(
          Code.ABORTED,
          "PALETTE_BUSY",
          "palette: " + latest.job() + " (expected: its end; one job runs at a time)");
    }
    stopping = false;
    stop = () -> {};
    report(job, true, 0, total, "");
    return CompletableFuture.runAsync(() -> run(job, work), worker);
  }

  private void run(String job, Work work) {
    String failure = "stopped";
    try {
      work.run();
      failure = "";
    } catch (CancellationException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      failure = Errors.reason(e);
      LOG.warn("palette: {}: {}", job, failure, e);
      throw new IllegalStateException(failure, e);
    } finally {
      State last = state();
      report(job, false, last.done(), last.total(), failure);
    }
  }

  @Override
  public synchronized void stop() {
    stopping = true;
    stop.run();
  }

  /** Sets how the running job is stopped; immediately, if that was requested before. */
  private synchronized void stoppedBy(Runnable how) {
    stop = how;
    if (stopping) {
      how.run();
    }
  }

  private synchronized void requireNotStopped() {
    if (stopping) {
      throw new CancellationException("stopped");
    }
  }

  private LiveModel model() {
    return indices
        .model(index)
        .orElseThrow(() -> Check.refusal(INDEX, models.names(), "the model that embedded it"));
  }

  @Override
  public CompletableFuture<Void> index() {
    return begin(
        "index",
        0,
        () -> {
          PictureSet set = PictureFiles.folder("palette.pictures", settings.pictures());
          pictures = Pictures.of(set);
          ImageEncoder encoder =
              model().pipeline().embedder().flatMap(Embedder::images).orElseThrow();
          var update = new IndexUpdate(index, set);
          report("index", true, 0, update.missing(), "");
          update
              .run(
                  encoder,
                  EMBEDDED_AT_ONCE,
                  done -> {
                    report("index", true, done, update.missing(), "");
                    requireNotStopped();
                  })
              .forEach((name, why) -> LOG.warn("palette: {}: {}", name, why));
        });
  }

  @Override
  public Optional<byte[]> picture(String name) {
    Pictures now = pictures;
    Long place = now.places().get(name);
    if (place == null) {
      return Optional.empty();
    }
    if (!requested.tryAcquire()) {
      throw Errors.QUEUE_FULL.error(MAX_REQUESTED, RETRY);
    }
    try {
      return picture(name, now.all().orElseThrow(), place);
    } finally {
      requested.release();
    }
  }

  private Optional<byte[]> picture(String name, PictureSet all, long place) {
    synchronized (decoding) { // a photograph takes much memory
      try {
        Image square = all.inOrder().get(place).image();
        boolean large = square.width() > MAX_SIDE;
        return Optional.of(
            Png.encode(large ? Resize.bicubic(square, MAX_SIDE, MAX_SIDE) : square, Map.of()));
      } catch (UncheckedIOException e) { // it was deleted, or is damaged
        LOG.warn("palette: {}: {}", name, e.getMessage());
        return Optional.empty();
      }
    }
  }

  @Override
  public CompletableFuture<Void> train(Training asked) {
    Check.that(
        settings.trainSteps() > 0, "train", asked.name(), "a server with palette.train-steps");
    models.requireNewUpdate(asked.name());
    Check.that(
        asked.steps() >= 0 && asked.steps() <= settings.trainSteps(),
        "steps",
        asked.steps(),
        "1 to %s",
        settings.trainSteps());
    Pictures now = pictures;
    for (String name : asked.pictures()) {
      Check.that(
          now.places().containsKey(name),
          "pictures",
          Errors.quote(name),
          "names of indexed pictures");
    }
    int steps = asked.steps() == 0 ? settings.trainSteps() : asked.steps();
    Path first = model().served().folder();
    return begin(
        "train " + asked.name(),
        steps,
        () -> {
          Path work = Files.createTempDirectory(Files.createDirectories(updates()), "training-");
          try {
            Path trained = train(asked, steps, first, work, chosen(now, asked));
            Path file = updates().resolve(asked.name() + SUFFIX);
            Files.move(trained, file);
            models.register(asked.name(), file);
          } finally {
            MoreFiles.deleteRecursively(work, ALLOW_INSECURE);
          }
        });
  }

  private static PictureSet chosen(Pictures now, Training asked) {
    long[] places =
        asked.pictures().stream()
            .flatMap(name -> Optional.ofNullable(now.places().get(name)).stream())
            .mapToLong(Long::longValue)
            .sorted()
            .distinct()
            .toArray();
    return new Captioned(now.all().orElseThrow().only(places), asked.caption());
  }

  /** Trains an update, and returns its file. */
  private Path train(Training asked, int steps, Path first, Path work, PictureSet chosen) {
    var training =
        new ModelTraining(
            new Preset("palette", Map.of()), work.resolve("model"), work.resolve("state"), first);
    TrainableComponent part = drawing(training, first);
    var defaults =
        TrainingConfig.of(steps, BATCH, RATE, 0).withLowRank(new LowRank(RANK, RANK, TARGETS));
    var config = defaults.withCompute(defaults.compute().withEngine(Engines.asked()));
    String job = "train " + asked.name();
    var data =
        new Shuffled(
            chosen,
            Preparation.DEFAULT,
            Optional.empty(),
            new BadPictures(BadPictures.DEFAULT_MAX));
    boolean finished =
        training.train(
            training.setup(part, data),
            config,
            steps,
            new ModelTraining.Observer() {
              @Override
              public void onStart(
                  TrainingRun run, TrainingConfig started, long parameters, long fromStep) {
                stoppedBy(run::stop);
              }

              @Override
              public void onStep(long step, Trainer.Report report) {
                report(job, true, step, steps, "");
              }
            });
    if (!finished) {
      throw new CancellationException("stopped");
    }
    Path folder = work.resolve("model").resolve(part.component() + "_lora");
    return folder.resolve("pytorch_lora_weights" + SUFFIX);
  }

  private static TrainableComponent drawing(ModelTraining training, Path first) {
    return DRAWING.stream()
        .flatMap(word -> TrainableFamily.find(word, first).stream())
        .flatMap(family -> family.components().stream())
        .filter(part -> DRAWING.contains(part.word()) && training.hasFirst(part))
        .findFirst()
        .orElseThrow(() -> Check.refusal("train", first, "a model with a part that is trained"));
  }

  /** Stops the running job, and waits for its end. */
  @Override
  public void close() {
    stop();
    worker.shutdown();
    try {
      if (!worker.awaitTermination(1, TimeUnit.MINUTES)) {
        LOG.warn("palette: {} did not end", state().job());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Pictures with one caption, or with their own.
   *
   * @param caption empty for their own, or the words of their names where they have none
   */
  private record Captioned(PictureSet all, String caption) implements PictureSet {
    @Override
    public String name() {
      return all.name();
    }

    @Override
    public long size() {
      return all.size();
    }

    @Override
    public String key(long i) {
      return all.key(i);
    }

    @Override
    public List<String> captions(long i) {
      List<String> own = caption.isEmpty() ? all.captions(i) : List.of(caption);
      return own.isEmpty() ? List.of(words(all.key(i))) : own;
    }

    private static String words(String key) {
      String file = key.substring(key.lastIndexOf('/') + 1);
      int dot = file.lastIndexOf('.');
      return file.substring(0, dot > 0 ? dot : file.length()).replaceAll("[-_ ]+", " ").strip();
    }

    @Override
    public Image image(long i) {
      return all.image(i);
    }
  }
}
