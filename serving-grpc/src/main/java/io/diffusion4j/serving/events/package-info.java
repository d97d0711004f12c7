/**
 * Notifications about the work of a server, for metrics, logs and health.
 *
 * <p>A {@link io.diffusion4j.serving.events.ServingListener} is notified of calls, refusals, the
 * queue, batches and sampling steps. All its methods do nothing by default, so a listener
 * implements only those it needs. This one counts the images that were generated:
 *
 * <pre>{@code
 * var images = new java.util.concurrent.atomic.LongAdder();
 * ServingListener listener =
 *     new ServingListener() {
 *       @Override
 *       public void batchEnded(String model, int count, BatchEnd end) {
 *         if (end == BatchEnd.DRAWN) {
 *           images.add(count);
 *         }
 *       }
 *     };
 * }</pre>
 *
 * <p>Bind a listener in the set of {@code ServingListener}s of {@link
 * io.diffusion4j.serving.ServingModule}; any number can be bound. {@link
 * io.diffusion4j.serving.events.Listeners} notifies all of them. A listener that throws is logged,
 * and does not affect the others or the request.
 *
 * <p>Listeners run on the threads that do the work, several at once, and must not block: a slow
 * listener slows every sampling step. Hand expensive work to a thread of your own.
 *
 * <p>{@link io.diffusion4j.serving.events.AccessLog} writes one line per call. It contains the
 * prompt only if the server is configured to log prompts.
 *
 * <p>Deliberately absent: veto. A listener observes, and cannot change or refuse a request; a gRPC
 * interceptor can.
 */
@NullMarked
package io.diffusion4j.serving.events;

import org.jspecify.annotations.NullMarked;
