package io.diffusion4j.latent;

import io.diffusion4j.checkpoint.ModelFolder;
import io.diffusion4j.diffusion.component.ImageDecoder;
import io.diffusion4j.diffusion.component.TextEncoding;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.Resize;
import io.diffusion4j.diffusion.image.Rgb8;
import io.diffusion4j.diffusion.noise.NoiseSource;
import io.diffusion4j.diffusion.noise.PhiloxNoise;
import io.diffusion4j.diffusion.pipeline.ImagePipeline;
import io.diffusion4j.diffusion.pipeline.ImageTask;
import io.diffusion4j.diffusion.pipeline.ImageTask.Kind;
import io.diffusion4j.diffusion.pipeline.ImageTask.Words;
import io.diffusion4j.diffusion.pipeline.PictureLikelihood.Example;
import io.diffusion4j.diffusion.sampling.Resampling;
import io.diffusion4j.diffusion.stage.Pixels;
import io.diffusion4j.diffusion.stage.SamplingListener;
import io.diffusion4j.diffusion.stage.SamplingSettings;
import io.diffusion4j.nn.Manifest;
import io.diffusion4j.pipeline.Diagnosis;
import io.diffusion4j.pipeline.Diagnosis.Verdict;
import io.diffusion4j.pipeline.FolderReport;
import io.diffusion4j.pipeline.OpenOptions;
import io.diffusion4j.pipeline.OpenPipeline;
import io.diffusion4j.pipeline.Plugins;
import io.diffusion4j.pipeline.Residency;
import io.diffusion4j.unclip.doctor.DenoisingCheck;
import io.diffusion4j.unclip.doctor.Doctor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Examines the networks of a folder: the text tower by the states of two texts, the autoencoder by
 * pictures that it encodes and decodes, the U-Net by noised latents of these pictures; then draws a
 * picture.
 *
 * @param examples at least two pictures with captions
 */
record StableDiffusionDoctor(Path folder, OpenOptions how, List<Example> examples, long seed) {
  /** The largest side of the pictures. */
  private static final int SIDE = 256;

  private static final List<Double> TIMES = List.of(0.1, 0.5, 0.95);

  /** A distilled network's outputs to much noise are samples, and not means. */
  private static final List<Double> DISTILLED_TIMES = List.of(0.1, 0.3);

  private static final int STEPS = 8;
  private static final double MIN_GAIN = 3;
  private static final double MAX_STRETCH = 3;

  /** Texts that every tower distinguishes, whatever the captions are. */
  private static final List<String> TEXTS = List.of("a photograph of a dog", "two red squares");

  private static final double MIN_DIFFERENCE = 0.01;

  /** The smallest deviation of the pixels of a picture in [−1, 1] that shows something. */
  private static final double FLAT = 0.02;

  /**
   * Examines all components.
   *
   * @param drawn receives the picture, unless a component is broken
   * @throws io.diffusion4j.checkpoint.CheckpointException if the folder cannot be opened
   */
  List<Diagnosis> diagnoses(Consumer<Image> drawn) {
    FolderReport.requireNone(folder, StableDiffusionFolder.report(folder).allFailures());
    var files = ModelFolder.open(folder);
    List<Diagnosis> found = new ArrayList<>();
    for (var component : StableDiffusionFolder.components(folder)) {
      if (component.manifest().isPresent()) {
        Doctor.brokenWeights(files, component.name())
            .ifPresent(why -> found.add(Diagnosis.of(component.name(), Verdict.BROKEN, why)));
      }
    }
    if (found.isEmpty()) {
      examine(found);
      found.add(picture(drawn));
    }
    return found;
  }

  private void examine(List<Diagnosis> found) {
    var compute = how.compute();
    try (var model =
        StableDiffusionModel.load(folder, compute, Residency.ONE_AT_A_TIME, how.loras())) {
      int side = Math.min(SIDE, model.stage().draws().width());
      int factor = model.vae().factor();
      Pixels size = Pixels.square(side / factor);
      List<Image> pictures =
          examples.stream().map(each -> squared(each.picture(), size.width() * factor)).toList();
      List<float[]> states =
          model.textEncoder().encode(examples.stream().map(Example::caption).toList()).stream()
              .map(TextEncoding::hidden)
              .toList();
      if (model.readsTexts()) {
        found.add(
            text(model.textEncoder().encode(TEXTS).stream().map(TextEncoding::hidden).toList()));
      }
      List<float[]> latents =
          model.code(vae -> pictures.stream().map(picture -> latent(vae, picture)).toList());
      found.add(autoencoder(model, pictures, latents, size));
      if (model.prior().isPresent()) {
        found.add(
            Diagnosis.of(
                StableDiffusionFolder.UNET,
                Verdict.UNEXAMINED,
                "it sees embeddings, which a prior draws"));
        return;
      }
      List<UnetCondition> conditions = conditions(model, states, pictures, size);
      boolean oneStep = model.stage().defaults().steps() == 1;
      boolean distilled = StableDiffusionFolder.isConsistencyModel(folder);
      Diagnosis unet =
          model.denoise(
              network ->
                  new DenoisingCheck<>(
                          StableDiffusionFolder.UNET,
                          network,
                          model.scheduler().corrected(),
                          oneStep ? List.of(1.0) : distilled ? DISTILLED_TIMES : TIMES,
                          false,
                          latents,
                          conditions,
                          seed)
                      .diagnosis());
      found.add(unet.with(published(StableDiffusionFolder.DENOISER.manifestIn(folder))));
    }
  }

  private static String published(Optional<Manifest> manifest) {
    return manifest.flatMap(PublishedNetwork::of).orElse("of no published size");
  }

  private Diagnosis text(List<float[]> states) {
    double size = deviation(states.get(0));
    float[] difference = states.get(0).clone();
    for (int i = 0; i < difference.length; i++) {
      difference[i] -= states.get(1)[i];
    }
    double apart = deviation(difference) / size;
    boolean isFinite = states.stream().allMatch(DenoisingCheck::isFinite);
    boolean same = !(apart >= MIN_DIFFERENCE);
    Verdict verdict = !isFinite ? Verdict.BROKEN : same ? Verdict.UNTRAINED : Verdict.OK;
    return Diagnosis.of(
            StableDiffusionFolder.TEXT_ENCODER,
            verdict,
            said("states of size %.2f; those of two texts differ by %.2f of it", size, apart)
                + (same ? ", so texts hardly matter" : ""))
        .with(published(StableDiffusionFolder.TEXT.manifestIn(folder)));
  }

  private Diagnosis autoencoder(
      StableDiffusionModel model, List<Image> pictures, List<float[]> latents, Pixels size) {
    List<Image> decoded =
        model.code(vae -> latents.stream().map(latent -> vae.decode(latent, size)).toList());
    double error = 0;
    double constant = 0;
    for (int i = 0; i < pictures.size(); i++) {
      error += squares(pictures.get(i).pixels(), decoded.get(i).pixels()) / pictures.size();
      constant += squares(pictures.get(i).pixels(), mean(pictures.get(i))) / pictures.size();
    }
    double stretch = latents.stream().mapToDouble(latent -> deviation(latent)).average().orElse(0);
    double gain = decibels(error) - decibels(constant);
    String finding =
        said(
            "decodes what it encodes at %.1f dB (one colour: %.1f dB); latents of size %.2f",
            decibels(error), decibels(constant), stretch);
    Optional<Manifest> manifest = StableDiffusionFolder.AUTOENCODER.manifestIn(folder);
    Verdict verdict = Verdict.OK;
    if (!Double.isFinite(error)) {
      verdict = Verdict.BROKEN;
    } else if (!(gain >= MIN_GAIN)) {
      verdict = Verdict.UNTRAINED;
    } else {
      Optional<String> fault = scalingFault(model.vae().scaling(), stretch, manifest);
      if (fault.isPresent()) {
        verdict = Verdict.MISCONFIGURED;
        finding += fault.get();
      }
    }
    return Diagnosis.of(StableDiffusionFolder.VAE, verdict, finding).with(published(manifest));
  }

  /**
   * Returns what is wrong with a scaling factor: a published autoencoder has its own, and another's
   * makes latents of a deviation near 1, which two pictures cannot determine more closely.
   */
  static Optional<String> scalingFault(
      double factor, double stretch, Optional<Manifest> autoencoder) {
    Optional<Double> published = autoencoder.flatMap(PublishedNetwork::scalingFactor);
    if (published.isPresent()) {
      return published
          .filter(expected -> Math.abs(factor / expected - 1) > 0.01)
          .map(expected -> said("; scaling_factor: %s (published: %s)", factor, expected));
    }
    return stretch <= MAX_STRETCH && stretch >= 1 / MAX_STRETCH
        ? Optional.empty()
        : Optional.of(
            said(
                " (expected: about 1); scaling_factor: %s (expected: about %.3g)",
                factor, factor / stretch));
  }

  /** Returns the mode of a picture's latents. */
  private static float[] latent(VaeModel model, Image picture) {
    float[] encoded = model.encode(picture);
    Vae vae = model.vae();
    return VaeModel.sample(vae, encoded, new float[vae.draws() ? encoded.length / 2 : 0]);
  }

  private List<UnetCondition> conditions(
      StableDiffusionModel model, List<float[]> states, List<Image> pictures, Pixels size) {
    int dim = model.unet().guidanceDim();
    List<UnetCondition> conditions = new ArrayList<>();
    for (int i = 0; i < pictures.size(); i++) {
      NoiseSource noise = new PhiloxNoise(seed, i);
      Image picture = pictures.get(i);
      var condition = UnetCondition.of(size, states.get(i));
      if (dim > 0) {
        condition = condition.guided(UnetCondition.embedded(1, dim));
      }
      if (model.unet().besideChannels() > 0) {
        Pixels side = new Pixels(picture.width(), picture.height());
        var canvas = new Canvas.Repainted(picture, white(picture), 1);
        condition =
            condition.beside(
                model.code(vae -> canvas.at(vae, side, size, true)).with(noise).beside());
      }
      if (model.images().isPresent()) {
        condition = model.images().get().toward(condition, model.embedding(picture), noise);
      }
      conditions.add(condition);
    }
    return conditions;
  }

  private static Image squared(Image picture, int side) {
    return Resize.lanczos(Rgb8.of(picture), side, side).toImage();
  }

  private static Image white(Image like) {
    float[] pixels = new float[like.pixels().length];
    Arrays.fill(pixels, 1);
    return new Image(like.width(), like.height(), pixels);
  }

  /** Draws a picture in few steps. */
  private Diagnosis picture(Consumer<Image> drawn) {
    try (var plugins = Plugins.of(List.of());
        var open = OpenPipeline.of(folder, how, plugins)) {
      ImagePipeline pipeline = open.pipeline();
      ImageTask task = task(pipeline.card().tasks());
      Map<String, SamplingSettings> settings = new HashMap<>(pipeline.defaults(task.kind()));
      settings.computeIfPresent(
          ImageDecoder.STAGE,
          (name, own) ->
              own.steps() <= STEPS
                  ? own
                  : own.withSteps(STEPS)
                      .withSampler(
                          pipeline
                              .card()
                              .stage(name)
                              .flatMap(stage -> stage.denoising())
                              .orElseThrow()
                              .choices()
                              .samplers()
                              .named("dpmpp-2m")));
      Image image =
          pipeline.draw(task, settings, PhiloxNoise.images(seed, 1), SamplingListener.NONE).get(0);
      drawn.accept(image);
      double spread = Math.sqrt(squares(image.pixels(), mean(image)));
      Verdict verdict =
          !Double.isFinite(spread)
              ? Verdict.BROKEN
              : spread < FLAT ? Verdict.UNTRAINED : Verdict.OK;
      return Diagnosis.of(
          "picture",
          verdict,
          said(
              "%d×%d pixels in %d steps, with colours of deviation %.2f",
              image.width(),
              image.height(),
              pipeline.steps(task, settings).getOrDefault(ImageDecoder.STAGE, 0),
              spread));
    }
  }

  private ImageTask task(Set<Kind> offered) {
    Image picture = examples.get(0).picture();
    var words = new Words(examples.get(0).caption(), "");
    return offered.contains(Kind.TEXT_TO_IMAGE)
        ? new ImageTask.TextToImage(words)
        : offered.contains(Kind.VARIATION)
            ? new ImageTask.Variation(picture, Words.NONE)
            : new ImageTask.Inpaint(picture, white(picture), words, Resampling.NONE);
  }

  private static float[] mean(Image picture) {
    double[] sum = new double[3];
    float[] pixels = picture.pixels();
    for (int i = 0; i < pixels.length; i++) {
      sum[i % 3] += pixels[i];
    }
    float[] mean = new float[pixels.length];
    for (int i = 0; i < mean.length; i++) {
      mean[i] = (float) (3 * sum[i % 3] / pixels.length);
    }
    return mean;
  }

  private static double squares(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (a[i] - (double) b[i]) * (a[i] - b[i]) / a.length;
    }
    return sum;
  }

  private static double deviation(float[] values) {
    return Math.sqrt(squares(values, new float[values.length]));
  }

  /** Returns the peak signal-to-noise ratio of pixels in [−1, 1]. */
  private static double decibels(double meanSquare) {
    return 10 * Math.log10(4 / meanSquare);
  }

  private static String said(String text, Object... values) {
    return String.format(Locale.ROOT, text, values);
  }
}
