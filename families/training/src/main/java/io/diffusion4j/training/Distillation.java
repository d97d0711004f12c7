package io.diffusion4j.training;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.nn.train.TrainingConfig;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The distillation of a model, the teacher, into a student of few steps.
 *
 * @param teacher the folder of the teacher
 * @param student the folder of the student, which is written at the end; not the teacher's
 * @param work the folder of states and of the teacher's pictures
 * @param method what the student learns
 * @param steps the steps of the student, a power of two up to {@value #MOST}
 * @param teacherSteps the steps in which the teacher draws its pictures, at least 2
 * @param pairs the pictures that the teacher draws, at least {@value #HELD_OUT}; one of every
 *     {@value #HELD_OUT} is held out
 * @param guidance the teacher's guidance scale, which the student keeps
 * @param config the training of the student, or of each of its stages
 * @param checkpointEvery steps between two states
 */
public record Distillation(
    Path teacher,
    Path student,
    Path work,
    Method method,
    int steps,
    int teacherSteps,
    int pairs,
    double guidance,
    TrainingConfig config,
    long checkpointEvery) {
  /** One of this many pairs is held out. */
  public static final int HELD_OUT = 8;

  /** The largest number of steps of a student. */
  public static final int MOST = 8;

  public Distillation {
    Check.that(Files.isDirectory(teacher), "model", teacher, "the folder of a model");
    Check.that(
        !student.toAbsolutePath().normalize().equals(teacher.toAbsolutePath().normalize()),
        "output",
        student,
        "another folder than the teacher's");
    Check.that(
        steps >= 1 && steps <= MOST && Integer.bitCount(steps) == 1,
        "student-steps",
        steps,
        "1, 2, 4 or 8");
    Check.that(
        method != Method.DIRECT || steps == 1,
        "student-steps",
        steps,
        "1 with the method direct; progressive has more");
    Check.that(teacherSteps >= 2, "teacher-steps", teacherSteps, "≥ 2");
    Check.that(pairs >= HELD_OUT, "pairs", pairs, "≥ %s", HELD_OUT);
    Check.notNegative("guidance", guidance);
    Check.that(
        config.lowRank().isEmpty(), "lora-rank", "given", "none; a student has weights of its own");
    Check.that(checkpointEvery >= 1, "checkpoint-every", checkpointEvery, "≥ 1");
  }

  /** What a student learns. */
  public enum Method {
    /** The teacher's picture of the same noise, in one step. */
    DIRECT,
    /** Two of the teacher's steps in one, again and again (Salimans &amp; Ho 2022, alg. 2). */
    PROGRESSIVE
  }
}
