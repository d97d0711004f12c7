package io.diffusion4j.nn.engine;

/**
 * The measured time of one operation.
 *
 * @param label its type and inputs, in the engine's notation
 * @param node its name
 * @param thread the thread that ran it
 * @param startNanos the start in nanoseconds, by the clock of the machine
 * @param nanos its duration
 */
public record OperationTime(String label, String node, long thread, long startNanos, long nanos) {}
