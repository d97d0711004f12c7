package io.diffusion4j.nn.engine;

/**
 * One operation of an engine as it ran.
 *
 * @param label its type and inputs, as the engine spells them
 * @param node its name
 * @param thread that ran it
 * @param startNanos by the clock of the machine
 * @param nanos how long it took
 */
public record OperationTime(String label, String node, long thread, long startNanos, long nanos) {}
