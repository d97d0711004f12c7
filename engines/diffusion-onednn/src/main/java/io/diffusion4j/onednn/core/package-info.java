/**
 * The vocabulary that running and training share: native memory and views of it, number formats,
 * the team of threads, and checked calls into oneDNN.
 *
 * <p>Everything native belongs to a scope and is released with it. Work is divided among the
 * threads of a team, each with its own oneDNN stream:
 *
 * <pre>{@code
 * var team = WorkerPool.of(Threads.of(2));
 * try (var scope = new Scope()) {
 *   FloatBuffer numbers = new Memory(scope, 1024 * Float.BYTES).floats(0, 1024);
 *   team.run(
 *       (member, stream) -> {
 *         for (int i = member; i < 1024; i += team.size()) {
 *           numbers.put(i, i);
 *         }
 *       });
 * } // the memory is released here
 * }</pre>
 */
@NullMarked
package io.diffusion4j.onednn.core;

import org.jspecify.annotations.NullMarked;
