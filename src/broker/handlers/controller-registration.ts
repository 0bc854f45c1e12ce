import { controllerRegistration } from '../../protocol/apis/controller-registration.ts'
import { decided } from './forwarded.ts'

export default decided(controllerRegistration, {
  throttleTimeMs: 0,
  errorCode: 0,
  errorMessage: null,
})
