package io.diffusion4j.unclip.doctor;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.checkpoint.ModelFolder;
import io.diffusion4j.checkpoint.SchedulerConfig;
import io.diffusion4j.data.CaptionedImages;
import io.diffusion4j.data.CaptionedImages.CaptionedImage;
import io.diffusion4j.decoder.DecoderFolders;
import io.diffusion4j.decoder.DecoderModel;
import io.diffusion4j.decoder.DiffusionUpsampler;
import io.diffusion4j.decoder.UpsamplerModel;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.component.ImageDecoder;
import io.diffusion4j.diffusion.component.Prior;
import io.diffusion4j.diffusion.component.TextEncoding;
import io.diffusion4j.diffusion.component.Upsampler;
import io.diffusion4j.diffusion.denoiser.Denoiser;
import io.diffusion4j.diffusion.denoiser.Prediction;
import io.diffusion4j.diffusion.denoiser.Query;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.Resize;
import io.diffusion4j.diffusion.process.Parameterization;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.pipeline.Diagnosis;
import io.diffusion4j.pipeline.Diagnosis.Verdict;
import io.diffusion4j.pipeline.Residency;
import io.diffusion4j.pipeline.Student;
import io.diffusion4j.pipeline.Students;
import io.diffusion4j.prior.PriorModel;
import io.diffusion4j.prior.Standardization;
import io.diffusion4j.unclip.UnclipFolder;
import io.diffusion4j.unclip.UnclipModel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.LongStream;

/**
 * Examines the parts of a pipeline folder with real pictures, to find out why a model draws only
 * noise. It checks whether CLIP matches captions with their pictures, and whether the networks
 * denoise better than a constant prediction.
 *
 * @param folder in the layout of {@link UnclipModel#load}
 * @param compute how the networks compute
 * @param pictures the pictures with captions, square, at least as large as the model's images, and
 *     similar to its training data
 * @param exchanges pictures of two things, each followed by one with their places exchanged; empty
 *     to skip the check whether CLIP distinguishes the two
 * @param count how many of each, at least two; the large networks are evaluated on fewer
 * @param seed the seed of the noise
 */
public record Doctor(
    Path folder,
    Compute compute,
    CaptionedImages pictures,
    Optional<CaptionedImages> exchanges,
    int count,
    long seed) {
  private static final List<Double> ALL_TIMES = List.of(0.02, 0.1, 0.25, 0.5, 0.75, 0.95);

  /** The network of the last step is evaluated at that step only. */
  private static final List<Double> LAST_TIMES = List.of(0.0, 0.002, 0.005, 0.01);

  private static final int SMALL_PICTURES = 8;
  private static final int LARGE_PICTURES = 2;

  /**
   * The largest acceptable distance of the standardised embeddings from a mean of 0 and a deviation
   * of 1.
   */
  private static final double SHIFT = 0.75;

  private static final double STRETCH = 2;

  public Doctor {
    Check.that(count >= 2, "count", count, "≥ 2");
  }

  /** The data that the parts are examined with. */
  private record Patient(
      ModelFolder files,
      List<Image> images,
      List<TextEncoding> texts,
      List<float[]> embeddings,
      Optional<EmbeddingCheck> exchanged,
      int textLength,
      Map<String, String> broken) {
    boolean hasEmbeddings() {
      return !embeddings.isEmpty();
    }
  }

  /**
   * Examines all parts, in the order in which they work.
   *
   * @throws io.diffusion4j.checkpoint.CheckpointException if the folder cannot be loaded
   */
  public List<Diagnosis> diagnoses() {
    ModelFolder files = ModelFolder.open(folder);
    Map<String, String> broken = new LinkedHashMap<>();
    for (String part :
        List.of(
            UnclipFolder.TEXT_ENCODER,
            UnclipFolder.IMAGE_ENCODER,
            UnclipFolder.PRIOR,
            UnclipFolder.TEXT_PROJ,
            UnclipFolder.DECODER,
            UnclipFolder.SUPER_RES_FIRST,
            UnclipFolder.SUPER_RES_LAST)) {
      if (files.has(part)) {
        brokenWeights(files, part).ifPresent(finding -> broken.put(part, finding));
      }
    }
    Patient patient = patient(files, broken);
    List<Diagnosis> diagnoses = new ArrayList<>();
    broken.forEach((part, finding) -> diagnoses.add(Diagnosis.of(part, Verdict.BROKEN, finding)));
    clip(patient).ifPresent(diagnoses::add);
    Map<String, Supplier<Diagnosis>> examinations = new LinkedHashMap<>();
    examinations.put(UnclipFolder.PRIOR, () -> prior(patient));
    examinations.put(UnclipFolder.DECODER, () -> decoder(patient));
    for (var last : List.of(false, true)) {
      String part = last ? UnclipFolder.SUPER_RES_LAST : UnclipFolder.SUPER_RES_FIRST;
      examinations.put(part, () -> upsampler(patient, part, last ? LAST_TIMES : ALL_TIMES));
    }
    examinations.forEach(
        (part, examination) -> diagnose(patient, part, examination).ifPresent(diagnoses::add));
    return diagnoses;
  }

  /** Describes weights that are not finite: one NaN spreads to every prediction. */
  public static Optional<String> brokenWeights(ModelFolder folder, String component) {
    try (Checkpoint weights = folder.checkpoint(component)) {
      List<String> broken =
          weights.names().stream()
              .filter(name -> weights.info(name).dtype().isFloat())
              .filter(name -> !DenoisingCheck.isFinite(weights.read(name)))
              .toList();
      return broken.isEmpty()
          ? Optional.empty()
          : Optional.of(
              "not all weights are finite numbers, in "
                  + broken.get(0)
                  + (broken.size() == 1 ? "" : " and " + (broken.size() - 1) + " others"));
    }
  }

  private Patient patient(ModelFolder files, Map<String, String> broken) {
    List<CaptionedImage> examples = examples(pictures);
    boolean canSee = files.has(UnclipFolder.IMAGE_ENCODER);
    try (var model = UnclipModel.load(folder, compute, Residency.ONE_AT_A_TIME)) {
      return new Patient(
          files,
          images(examples),
          texts(model, examples),
          canSee ? model.imageEncoder().encode(images(examples)) : List.of(),
          exchanges
              .filter(pairs -> canSee)
              .map(this::examples)
              .map(
                  twos ->
                      new EmbeddingCheck(
                          texts(model, twos), model.imageEncoder().encode(images(twos)))),
          model.tokenizer().config().maxLength(),
          broken);
    }
  }

  private List<CaptionedImage> examples(CaptionedImages of) {
    return LongStream.range(0, count).mapToObj(of::get).toList();
  }

  private static List<Image> images(List<CaptionedImage> examples) {
    return examples.stream().map(CaptionedImage::image).toList();
  }

  private static List<TextEncoding> texts(UnclipModel model, List<CaptionedImage> examples) {
    return model.textEncoder().encode(examples.stream().map(CaptionedImage::caption).toList());
  }

  private static Optional<Diagnosis> clip(Patient patient) {
    String part = UnclipFolder.IMAGE_ENCODER;
    if (patient.broken.containsKey(part) || patient.broken.containsKey(UnclipFolder.TEXT_ENCODER)) {
      return Optional.empty(); // said already
    }
    if (!patient.hasEmbeddings()) {
      return Optional.of(
          Diagnosis.of(
              part, Verdict.UNEXAMINED, "the folder has none; so has the prior no target"));
    }
    Diagnosis found = new EmbeddingCheck(patient.texts, patient.embeddings).diagnosis(part);
    return Optional.of(
        patient.exchanged.map(pairs -> found.with(pairs.tellingApart())).orElse(found));
  }

  /** Examines a part that exists and is not known to be damaged. */
  private static Optional<Diagnosis> diagnose(
      Patient patient, String part, Supplier<Diagnosis> examination) {
    if (!patient.files.has(part) || patient.broken.containsKey(part)) {
      return Optional.empty();
    }
    boolean isConditioned = part.equals(UnclipFolder.PRIOR) || part.equals(UnclipFolder.DECODER);
    Optional<String> deaf =
        patient.broken.keySet().stream()
            .filter(
                other ->
                    other.equals(UnclipFolder.TEXT_ENCODER)
                        || other.equals(UnclipFolder.IMAGE_ENCODER)
                        || (other.equals(UnclipFolder.TEXT_PROJ)
                            && part.equals(UnclipFolder.DECODER)))
            .findFirst();
    if (isConditioned && deaf.isPresent()) {
      return Optional.of(
          Diagnosis.of(
              part, Verdict.UNEXAMINED, "a part that it depends on is broken: " + deaf.get()));
    }
    return Optional.of(examination.get());
  }

  private Diagnosis prior(Patient patient) {
    String part = UnclipFolder.PRIOR;
    if (!patient.hasEmbeddings()) {
      return Diagnosis.of(part, Verdict.UNEXAMINED, "no image encoder, so no embeddings to draw");
    }
    SchedulerConfig scheduler = patient.files.scheduler(UnclipFolder.PRIOR_SCHEDULER);
    try (var model =
        PriorModel.load(patient.files.folder(part), scheduler.parameterization(), compute)) {
      List<float[]> clean =
          patient.embeddings.stream().map(model.standardization()::apply).toList();
      Diagnosis found =
          check(Prior.STAGE, part, model.denoiser(), scheduler, ALL_TIMES, clean, patient.texts);
      Optional<String> scale = scale(clean);
      return scale.isPresent() && found.verdict() != Verdict.UNTRAINED
          ? new Diagnosis(part, Verdict.MISCONFIGURED, scale.get(), found.levels())
          : found;
    }
  }

  /** Describes the failure of the standardisation; empty if there is none. */
  private static Optional<String> scale(List<float[]> standardised) {
    var left = Standardization.of(standardised, standardised.get(0).length);
    double shift = 0;
    double variance = 0;
    for (int i = 0; i < left.size(); i++) {
      shift += (double) left.mean()[i] * left.mean()[i] / left.size();
      variance += (double) left.std()[i] * left.std()[i] / left.size();
    }
    double deviation = Math.sqrt(variance);
    boolean fits = Math.sqrt(shift) < SHIFT && deviation < STRETCH && deviation > 1 / STRETCH;
    return fits
        ? Optional.empty()
        : Optional.of(
            String.format(
                Locale.ROOT,
                "clip_mean, clip_std: standardised embeddings are off by %.2f and have a deviation"
                    + " of %.2f (expected: about 0 and 1)",
                Math.sqrt(shift),
                deviation));
  }

  private Diagnosis decoder(Patient patient) {
    String part = UnclipFolder.DECODER;
    SchedulerConfig scheduler = patient.files.scheduler(UnclipFolder.DECODER_SCHEDULER);
    int some = Math.min(SMALL_PICTURES, count);
    try (var model =
        DecoderModel.load(
            patient.files.folder(part),
            patient.files.folder(UnclipFolder.TEXT_PROJ),
            patient.textLength,
            scheduler,
            compute)) {
      int size = model.config().sampleSize();
      List<float[]> embeddings =
          patient.hasEmbeddings()
              ? patient.embeddings.subList(0, some)
              : Collections.nCopies(some, new float[0]);
      return check(
          ImageDecoder.STAGE,
          part,
          model.denoiser(),
          scheduler,
          ALL_TIMES,
          pixels(patient.images.subList(0, some), size),
          model.conditions(embeddings, patient.texts.subList(0, some)));
    }
  }

  /** Lets a network denoise, a student at its own times only, and without its variance. */
  private <C> Diagnosis check(
      String stage,
      String part,
      Denoiser<C> network,
      SchedulerConfig scheduler,
      List<Double> times,
      List<float[]> clean,
      List<C> conditions) {
    Optional<Student> student = Students.in(folder).of(stage);
    boolean answersLast = student.isEmpty() && !part.equals(UnclipFolder.SUPER_RES_FIRST);
    return new DenoisingCheck<>(
            part,
            student.<Denoiser<C>>map(own -> meansOf(network)).orElse(network),
            scheduler,
            student.map(Student::times).orElse(times),
            answersLast,
            clean,
            conditions,
            seed)
        .diagnosis();
  }

  private static <C> Denoiser<C> meansOf(Denoiser<C> network) {
    return new Denoiser<>() {
      @Override
      public Parameterization parameterization() {
        return network.parameterization();
      }

      @Override
      public List<Prediction> predict(List<Query<C>> queries) {
        return network.predict(queries).stream()
            .map(Prediction::output)
            .map(Prediction::of)
            .toList();
      }
    };
  }

  private Diagnosis upsampler(Patient patient, String part, List<Double> times) {
    SchedulerConfig scheduler = patient.files.scheduler(UnclipFolder.SUPER_RES_SCHEDULER);
    int small =
        DecoderFolders.readBackbone(patient.files.folder(UnclipFolder.DECODER)).sampleSize();
    List<Image> some = patient.images.subList(0, Math.min(LARGE_PICTURES, count));
    try (var model =
        UpsamplerModel.load(patient.files.folder(part), scheduler.parameterization(), compute)) {
      int size = model.config().sampleSize();
      List<Image> conditions =
          some.stream()
              .map(image -> DiffusionUpsampler.enlarge(Resize.area(image, small, small), size))
              .toList();
      return check(
          Upsampler.STAGE,
          part,
          model.denoiser(),
          scheduler,
          times,
          pixels(some, size),
          conditions);
    }
  }

  private static List<float[]> pixels(List<Image> images, int size) {
    return images.stream().map(image -> Resize.area(image, size, size).pixels()).toList();
  }
}
