package io.diffusion4j.kandinsky;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.checkpoint.SchedulerConfig;
import io.diffusion4j.checkpoint.TensorMap;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.component.ImageDecoder;
import io.diffusion4j.diffusion.component.Prior;
import io.diffusion4j.diffusion.component.TextEncoding;
import io.diffusion4j.diffusion.stage.Pixels;
import io.diffusion4j.nn.weights.ModelFiles;
import io.diffusion4j.pipeline.OpenOptions;
import io.diffusion4j.pipeline.Residency;
import io.diffusion4j.pipeline.Students;
import io.diffusion4j.training.ComponentRun;
import io.diffusion4j.training.Components;
import io.diffusion4j.training.Distillable;
import io.diffusion4j.training.Distillation;
import io.diffusion4j.training.Distiller;
import io.diffusion4j.training.ModelTraining;
import io.diffusion4j.training.NetworkDistiller;
import io.diffusion4j.unclip.UnclipFolder;
import io.diffusion4j.unclip.training.PriorTeacher;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Distils Kandinsky's prior, and its decoder of latents, which learns from the embeddings that the
 * prior draws of captions. The student is a folder with both; the components of stages that are not
 * distilled are the teacher's.
 */
final class KandinskyDistiller implements Distiller {
  private static final List<String> STAGES = List.of(Prior.STAGE, ImageDecoder.STAGE);

  @Override
  public boolean distill(Distillation how, ModelTraining.Observer observer) {
    var teacher = KandinskyPair.of(how.teacher());
    var student = KandinskyPair.in(how.student());
    Students.check(teacher.prior(), student.prior());
    Students.check(teacher.decoder(), student.decoder());
    List<String> parts = how.parts(STAGES);
    how.requireCaptions();
    var unet = KandinskyUnet.read(teacher.unet());
    Check.that(
        unet.concat() == KandinskyUnet.ConcatConditioning.NOTHING,
        "model",
        teacher.decoder(),
        "one of texts, without further pictures");
    var teaching = new Teaching(how, teacher, student, unet);
    return parts.stream()
        .allMatch(
            stage ->
                stage.equals(Prior.STAGE) ? teaching.prior(observer) : teaching.decoder(observer));
  }

  /** A distillation of some stages of a teacher. */
  private static final class Teaching {
    private final Distillation how;
    private final KandinskyPair teacher;
    private final KandinskyPair student;
    private final KandinskyUnet unet;
    private final String digest;
    private final PriorTeacher captions;
    private final NetworkDistiller<TextEncoding> prior;

    Teaching(Distillation how, KandinskyPair teacher, KandinskyPair student, KandinskyUnet unet) {
      this.how = how;
      this.teacher = teacher;
      this.student = student;
      this.unet = unet;
      var opening = OpenOptions.with(Residency.ONE_AT_A_TIME);
      try (var model = model()) {
        captions =
            PriorTeacher.of(
                teacher.priorNetwork(),
                SchedulerConfig.readUnclip(
                    teacher.priorScheduler().resolve(KandinskyPair.SCHEDULER_CONFIG)),
                model.textEncoder(),
                this::embedder,
                how);
        digest = new KandinskyFamily().digest(teacher.decoder(), opening);
        prior = distiller(captions.network(Distillable.Defaults.of(model.prior().stage())));
      }
    }

    private KandinskyModel model() {
      var place = new PriorPlace(teacher.prior(), teacher.priorNetwork());
      return KandinskyModel.load(
          teacher.decoder(), place, how.compute(), Residency.ONE_AT_A_TIME, List.of());
    }

    private Distillable.Encoder embedder() {
      var model = model();
      Distillable.Encoder encoder = model.imageEncoder()::encode;
      return encoder.closing(model::close);
    }

    private Distillable.Encoder latents() {
      var model = model();
      Distillable.Encoder encoder = some -> some.stream().map(model::latent).toList();
      return encoder.closing(model::close);
    }

    private <C> NetworkDistiller<C> distiller(Distillable<C> of) {
      return new NetworkDistiller<>(how.of(of, STAGES), digest, of);
    }

    boolean prior(ModelTraining.Observer observer) {
      var written = List.of(UnclipFolder.PRIOR, UnclipFolder.PRIOR_SCHEDULER);
      return prior.distill(
          Prior.STAGE + ".",
          writing(
              Prior.STAGE,
              written,
              student.prior(),
              (weights, scheduler, notes, made) -> {
                captions.write(Components.made(student.priorNetwork()), weights, notes);
                write(student.priorScheduler(), scheduler);
              }),
          observer);
    }

    boolean decoder(ModelTraining.Observer observer) {
      var size = Pixels.square(unet.unet().sampleSize());
      var scheduler = teacher.readDecoderScheduler();
      var embeddings = captions.embeddings(prior);
      Distillable<LatentCondition> of;
      try (var model = model()) {
        of =
            new Distillable<>(
                ImageDecoder.STAGE,
                unet.denoiser(size.height(), size.width(), scheduler.variance().isLearned()),
                () ->
                    ComponentRun.weights(teacher.unet(), Checkpoint.DIFFUSERS)
                        .only(KandinskyUnet::isOfDenoiser),
                Optional.empty(),
                scheduler,
                unet.unet()::sinusoid,
                LatentModel::feed,
                size.height() * size.width() * unet.latentChannels(),
                new Distillable.Encoding(
                    size.height() * Movq.read(teacher.movq()).factor(), this::latents),
                model.decode(with -> with.model().conditions(embeddings, size)),
                Optional.of(
                    model.decode(
                        with -> with.model().conditions(List.of(model.nothing()), size).get(0))),
                Optional.empty(),
                Distillable.Defaults.of(model.decoderStage()));
      }
      var written = List.of(UnclipFolder.DECODER, UnclipFolder.DECODER_SCHEDULER);
      return distiller(of)
          .distill(
              KandinskyFolder.UNET + ".",
              writing(
                  ImageDecoder.STAGE,
                  written,
                  student.decoder(),
                  (weights, students, notes, made) -> {
                    unet.write(Components.made(student.unet()));
                    try (var own = Checkpoint.open(teacher.unet(), Checkpoint.DIFFUSERS)) {
                      var all = new TensorMap().putAll("", weights);
                      own.names().stream()
                          .filter(name -> !KandinskyUnet.isOfDenoiser(name))
                          .forEach(name -> all.put(name, own.shape(name), own.read(name)));
                      ModelFiles.write(
                          student.unet(), Checkpoint.DIFFUSERS, all, name -> true, notes);
                    }
                    write(student.decoderScheduler(), students);
                  }),
              observer);
    }

    private static void write(Path folder, SchedulerConfig scheduler) {
      scheduler.write(Components.made(folder).resolve(KandinskyPair.SCHEDULER_CONFIG));
    }

    /** Writes a student with the components that are not distilled. */
    private NetworkDistiller.Written writing(
        String stage, List<String> components, Path folder, NetworkDistiller.Written network) {
      return (weights, scheduler, notes, made) -> {
        var family = new KandinskyTraining();
        var layout = family.layout(how.student());
        Components.copyMissing(family.finished(how.teacher()), layout, components);
        network.write(weights, scheduler, notes, made);
        Students.in(folder).with(stage, made).write(folder);
        layout.writeIndex();
      };
    }
  }
}
