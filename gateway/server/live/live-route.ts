import type {RoutePlan, ServicePlan} from '../../topology/gateway-plan.js'
import type {LiveRoute} from './live.js'

/** What is the same for all routes of a service that say the same, as most do. */
export type Way = Omit<LiveRoute, 'service' | 'route' | 'place'>

/** A route whose way is made by its first exchange: of most nobody ever asks, and streams would wait while all were made. */
export class RouteWhenAsked implements LiveRoute {
  readonly service: ServicePlan
  readonly route: RoutePlan
  readonly place: string
  readonly #way: () => Way

  constructor(service: ServicePlan, route: RoutePlan, place: string, way: () => Way) {
    this.service = service
    this.route = route
    this.place = place
    this.#way = way
  }

  get filters() {
    return this.#way().filters
  }

  get aim() {
    return this.#way().aim
  }

  get pool() {
    return this.#way().pool
  }

  get dispatch() {
    return this.#way().dispatch
  }

  get upgrade() {
    return this.#way().upgrade
  }
}
